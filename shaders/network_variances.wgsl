// The variances that the activations of a run of the fused plane kernel need: plane 0 of an image with itself, one layer
// per dispatch.
//
//   variance[i][h] = gain sum_w K(p + w) + bias,   K = K(variance[i][h - 1]), in layer 0 what the run begins with
//
// c = 1 there, so relu and gaussian keep variances: K is the variance itself. Sums run in the order of the plane kernel.

import package::shared::arcsine::arcsine;

struct Params {
  layer: u32,
  layers: u32,
  first_image: u32,
  height: u32,
  width: u32,
  gain: f32,
  bias: f32,
  low: u32, // windows reach from -low to high; 0 and 0 for a window of one pixel
  high: u32,
  circular: u32,
  erf: u32, // 1: between this layer and the one before stands an erf, with these scales
  sigma_scale: f32,
  k_scale: f32,
  column_parts: u32, // 0: pixels; 1: a plane; 3: the parts that pooling left
  row_parts: u32, // 1, 2 or 3 of them along y
  channels: u32,
  source_gain: f32,
  source_rows: u32,
  source_columns: u32,
}

@group(0) @binding(0) var<storage, read> source: array<f32>;
@group(0) @binding(1) var<storage, read> slots: array<u32>; // of plane 0 in the source: 3 along x, 3 along y
@group(0) @binding(2) var<storage, read_write> variance: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

const NO_SLOT = 0xffffffffu;
const TWO_OVER_PI = 0.6366197723675814;

fn begin(image: u32, y: u32, x: u32) -> f32 {
  var sum = 0.0;
  if (params.column_parts == 0) {
    for (var c = 0u; c < params.channels; c++) {
      let at = ((params.first_image + image) * params.channels + c) * params.height;
      let pixel = source[(at + y) * params.width + x];
      sum += pixel * pixel;
    }
    return sum;
  }
  for (var i = 0u; i < params.row_parts; i++) {
    if (slots[3 + i] == NO_SLOT) { continue; }
    let row = image * params.source_rows + slots[3 + i] * params.height + y;
    for (var j = 0u; j < params.column_parts; j++) {
      sum += source[(row * params.source_columns + slots[j]) * params.width + x];
    }
  }
  return params.source_gain * sum;
}

fn kappa(image: u32, y: u32, x: u32) -> f32 {
  if (params.layer == 0) { return begin(image, y, x); }
  let at = ((params.first_image + image) * params.layers + params.layer - 1) * params.height;
  let v = variance[(at + y) * params.width + x];
  if (params.erf == 0) { return v; }
  let size = 2.0 * params.sigma_scale * v;
  return params.k_scale * TWO_OVER_PI * arcsine(size / (1.0 + size), 1.0 / (1.0 + size));
}

// Position p + w on an axis of n, and n if it is outside.
fn moved(p: u32, w: i32, n: u32) -> u32 {
  let at = i32(p) + w;
  if (params.circular == 1) { return u32(at + i32(n)) % n; }
  return select(n, u32(at), at >= 0 && at < i32(n));
}

fn row_sum(image: u32, y: u32, x: u32) -> f32 {
  var sum = kappa(image, y, x);
  for (var j = 1; j <= i32(params.low); j++) {
    let at = moved(x, -j, params.width);
    if (at < params.width) { sum += kappa(image, y, at); }
  }
  for (var j = 1; j <= i32(params.high); j++) {
    let at = moved(x, j, params.width);
    if (at < params.width) { sum += kappa(image, y, at); }
  }
  return sum;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let image = id.y;
  if (id.x >= params.height * params.width) { return; }
  let y = id.x / params.width;
  let x = id.x % params.width;
  var sum = row_sum(image, y, x);
  for (var j = i32(params.low); j >= 1; j--) {
    let at = moved(y, -j, params.height);
    if (at < params.height) { sum += row_sum(image, at, x); }
  }
  for (var j = 1; j <= i32(params.high); j++) {
    let at = moved(y, j, params.height);
    if (at < params.height) { sum += row_sum(image, at, x); }
  }
  let at = ((params.first_image + image) * params.layers + params.layer) * params.height;
  variance[(at + y) * params.width + x] = params.gain * sum + params.bias;
}
