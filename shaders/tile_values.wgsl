// The end of the sums: values[kernel][row][column] = (sum over groups of partial_sums) scale 2^exponents, finished.
//
// The sum over groups is one of float32, blocks of 32 first, always in the same order; k + u and the product with the
// scale are exact, and rounded once. Of a triangle only pairs with column <= row are written.

import package::shared::scaled::Scale;
import package::shared::scaled::scaled_sum;

struct Params {
  groups: u32,
  taps: u32,
  outputs: u32,
  first_row: u32, // of the pairs, in the matrix
  first_column: u32,
  rows: u32,
  columns: u32,
  walk: u32, // rows that an invocation finishes one after the other
  triangle: u32,
}

struct Output {
  tap: u32,
  use_k: u32,
  use_u: u32,
  scale_hi: u32,
  scale_lo: u32,
  scale_exponent: i32,
}

@group(0) @binding(0) var<storage, read> partial_sums: array<vec2f>;
@group(0) @binding(1) var<storage, read> outputs: array<Output>;
@group(0) @binding(2) var<storage, read> row_exponents: array<i32>;
@group(0) @binding(3) var<storage, read> column_exponents: array<i32>;
@group(0) @binding(4) var<storage, read_write> values: array<u32>;
@group(0) @binding(5) var<storage, read_write> problems: array<atomic<u32>>;
@group(0) @binding(6) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let column = id.x;
  // Of a triangle from the diagonal on.
  let diagonal = params.first_column + column - min(params.first_column + column, params.first_row);
  var row = max(id.y * params.walk, select(0u, diagonal, params.triangle == 1));
  let last = min(params.rows, (id.y + 1) * params.walk);
  if (column >= params.columns || row >= last) { return; }
  let column_exponent = column_exponents[params.first_column + column];
  let output = outputs[id.z];
  loop {
    finish(row, column, column_exponent, output, id.z);
    continuing {
      row++;
      break if row >= last;
    }
  }
}

fn finish(row: u32, column: u32, column_exponent: i32, output: Output, index: u32) {
  let pair = row * params.columns + column;
  let exponent = row_exponents[params.first_row + row] + column_exponent;
  let base = pair * params.groups * params.taps + output.tap;
  var sum = partial_sums[base];
  // One group is its own sum; of more, blocks of 32 first.
  if (params.groups > 1) { sum = group_sum(base); }

  let scale = Scale(output.scale_hi, output.scale_lo, output.scale_exponent);
  let k = select(0.0, sum.x, output.use_k == 1);
  let u = select(0.0, sum.y, output.use_u == 1);
  let value = scaled_sum(k, u, scale, -exponent);
  values[index * params.rows * params.columns + pair] = value.bits;

  let entry = pair * params.outputs + index;
  if (value.is_beyond) { atomicMin(&problems[0], entry); }
  if (value.is_below) {
    atomicAdd(&problems[1], 1);
    atomicMin(&problems[2], entry);
  }
}

fn group_sum(base: u32) -> vec2f {
  var sum = vec2f(0.0);
  for (var first = 0u; first < params.groups; first += 32) {
    var block = vec2f(0.0);
    for (var group = first; group < min(first + 32, params.groups); group++) {
      block += partial_sums[base + group * params.taps];
    }
    sum += block;
  }
  return sum;
}
