// Every linear step of any network, on one axis of a tensor: convolutions, pooling and read-outs along rows or columns
// with a table of what each output element sums, weights and biases, and sums of two tensors.
//
//   result[first + (o, e, i)] = gain sum_{k of e} source[o][sources[k]][i] + bias + keep added[o][e][i]
//
// The sources of e are starts[e] .. starts[e+1]. One element per invocation; blocks of 32 first, always in one order.

struct Params {
  count: u32, // outer * outputs * inner
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
  let element = id.y * workgroups.x * 64 + id.x;
  if (element >= params.count) { return; }
  let line = element / params.inner;
  let e = line % params.outputs;
  let base = line / params.outputs * params.inputs * params.inner + element % params.inner;
  let end = starts[e + 1];
  var sum = 0.0;
  for (var first = starts[e]; first < end; first += 32) {
    var block = 0.0;
    for (var k = first; k < min(first + 32, end); k++) {
      block += source[base + sources[k] * params.inner];
    }
    sum += block;
  }
  var value = params.gain * sum + params.bias;
  // Where nothing is kept, `added` is some other buffer.
  if (params.keep != 0.0) { value += params.keep * added[element]; }
  result[params.first + element] = value;
}
