// Every linear step of any network, on one axis of a tensor: convolutions, pooling and read-outs along rows or columns
// with a table of what each output element sums, weights and biases, and sums of two tensors.
//
//   result[first + (o, e, i)] = gain sum_{k of e} source[o][sources[k]][i] + bias + keep added[o][e][i]
//
// The sources of e are starts[e] .. starts[e+1]. An invocation adds up the same sources of LINES lines, (o, i) in order: it
// reads the table and finds its place once for all of them. Blocks of 32 first, always in one order.

import constants::LINES;

struct Params {
  lines: u32, // outer * inner
  inputs: u32,
  outputs: u32,
  inner: u32,
  gain: f32,
  bias: f32,
  keep: f32,
  first: u32, // element of `result` that the output begins with
}

@group(0) @binding(0) var<storage, read> starts: array<u32>;
@group(0) @binding(1) var<storage, read> sources: array<u32>;
@group(0) @binding(2) var<storage, read> source: array<f32>;
@group(0) @binding(3) var<storage, read> added: array<f32>;
@group(0) @binding(4) var<storage, read_write> result: array<f32>;
@group(0) @binding(5) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let index = id.y * workgroups.x * 64 + id.x;
  let blocks = (params.lines + LINES - 1) / LINES;
  // Neighbouring invocations read neighbouring elements: of one line, or of lines that stand side by side.
  let of_line = params.inner == 1;
  let block = select(index % blocks, index / params.outputs, of_line);
  let e = select(index / blocks, index % params.outputs, of_line);
  if (block >= blocks || e >= params.outputs) { return; }

  var read: array<u32, LINES>;
  var written: array<u32, LINES>;
  var o = block * LINES / params.inner;
  var i = block * LINES % params.inner;
  // unroll
  for (var l = 0u; l < LINES; l++) {
    read[l] = o * params.inputs * params.inner + i;
    written[l] = (o * params.outputs + e) * params.inner + i;
    // The last lines stand in for those that there are not.
    if (block * LINES + l + 1 < params.lines) {
      i++;
      if (i == params.inner) {
        i = 0;
        o++;
      }
    }
  }
  let end = starts[e + 1];
  var sums = array<f32, LINES>();
  for (var first = starts[e]; first < end; first += 32) {
    var parts = array<f32, LINES>();
    for (var k = first; k < min(first + 32, end); k++) {
      let at = sources[k] * params.inner;
      // unroll
      for (var l = 0u; l < LINES; l++) { parts[l] += source[read[l] + at]; }
    }
    // unroll
    for (var l = 0u; l < LINES; l++) { sums[l] += parts[l]; }
  }
  // unroll
  for (var l = 0u; l < LINES; l++) {
    if (block * LINES + l < params.lines) {
      var value = params.gain * sums[l] + params.bias;
      // Where nothing is kept, `added` is some other buffer.
      if (params.keep != 0.0) { value += params.keep * added[written[l]]; }
      result[params.first + written[l]] = value;
    }
  }
}
