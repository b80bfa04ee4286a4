// First step of any network: the products of the pixels of a pair, at the pairs of positions that are needed.
//
//   sigma[pair][e][f] = sum_c x_c(p) z_c(q),   p = (rows[e].x, columns[f].x),  q = (rows[e].y, columns[f].y)
//
// One element per invocation.

struct Params {
  count: u32, // pairs * row_elements * column_elements
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
  let element = id.y * workgroups.x * 64 + id.x;
  if (element >= params.count) { return; }
  let column = columns[element % params.column_elements];
  let line = element / params.column_elements;
  let row = rows[line % params.row_elements];
  let pair = pairs[line / params.row_elements];
  let pixels = params.height * params.width;
  let x = pair.x * params.channels * pixels + row.x * params.width + column.x;
  let z = pair.y * params.channels * pixels + row.y * params.width + column.y;
  var product = 0.0;
  for (var c = 0u; c < params.channels; c++) {
    product += x_images[x + c * pixels] * z_images[z + c * pixels];
  }
  sigma[element] = product;
}
