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
  columns: u32,
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
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let column = id.x;
  let row = id.y;
  if (column >= params.columns) { return; }
  if (params.triangle == 1 && params.first_column + column > params.first_row + row) { return; }
  let pair = row * params.columns + column;
  let exponent = row_exponents[params.first_row + row] + column_exponents[params.first_column + column];
  let output = outputs[id.z];

  let base = pair * params.groups * params.taps + output.tap;
  var sum = vec2f(0.0);
  for (var first = 0u; first < params.groups; first += 32) {
    var block = vec2f(0.0);
    for (var group = first; group < min(first + 32, params.groups); group++) {
      block += partial_sums[base + group * params.taps];
    }
    sum += block;
  }

  let scale = Scale(output.scale_hi, output.scale_lo, output.scale_exponent);
  let k = select(0.0, sum.x, output.use_k == 1);
  let u = select(0.0, sum.y, output.use_u == 1);
  let value = scaled_sum(k, u, scale, -exponent);
  values[id.z * workgroups.y * params.columns + pair] = value.bits;

  let entry = pair * params.outputs + id.z;
  if (value.is_beyond) { atomicMin(&problems[0], entry); }
  if (value.is_below) {
    atomicAdd(&problems[1], 1);
    atomicMin(&problems[2], entry);
  }
}
