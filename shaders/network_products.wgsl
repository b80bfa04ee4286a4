// First step of any network: the products of the pixels of a pair, at the pairs of positions that are needed.
//
//   sigma[pair][e][f] = sum_c x_c(p) z_c(q),   p = (rows[e].x, columns[f].x),  q = (rows[e].y, columns[f].y)
//
// An invocation takes one element of PAIRS pairs, and finds its place once for all of them.

import constants::PAIRS;

struct Params {
  pairs: u32,
  row_elements: u32,
  column_elements: u32,
  channels: u32,
  height: u32,
  width: u32,
}

@group(0) @binding(0) var<storage, read> x_images: array<f32>;
@group(0) @binding(1) var<storage, read> z_images: array<f32>;
@group(0) @binding(2) var<storage, read> pairs: array<vec2u>;
@group(0) @binding(3) var<storage, read> rows: array<vec2u>;
@group(0) @binding(4) var<storage, read> columns: array<vec2u>;
@group(0) @binding(5) var<storage, read_write> sigma: array<f32>;
@group(0) @binding(6) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let index = id.y * workgroups.x * 64 + id.x;
  let elements = params.row_elements * params.column_elements;
  let element = index % elements;
  let first = index / elements * PAIRS;
  let column = columns[element % params.column_elements];
  let row = rows[element / params.column_elements];
  let pixels = params.height * params.width;
  let p = row.x * params.width + column.x;
  let q = row.y * params.width + column.y;
  for (var at = first; at < min(first + PAIRS, params.pairs); at++) {
    let x = pairs[at].x * params.channels * pixels + p;
    let z = pairs[at].y * params.channels * pixels + q;
    var product = 0.0;
    for (var c = 0u; c < params.channels; c++) {
      product += x_images[x + c * pixels] * z_images[z + c * pixels];
    }
    sigma[at * elements + element] = product;
  }
}
