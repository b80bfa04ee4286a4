// Layer-by-layer baseline, first step: the products of the pixels of one pair, every plane in global memory.
//
//   sigma[plane](p) = sum_c x_c(p) z_c(q),   q = (p + d) mod (H, W);   theta = theta0 sigma
//
// One element per invocation. Not part of the engine: `cntk bench` compares the fused plane kernel with these three
// shaders.

import constants::HEIGHT;
import constants::WIDTH;

struct Params {
  planes: u32,
  channels: u32,
  theta0: f32,
}

@group(0) @binding(0) var<storage, read> x_fields: array<f32>;
@group(0) @binding(1) var<storage, read> z_fields: array<f32>;
@group(0) @binding(2) var<storage, read> planes: array<vec2u>;
@group(0) @binding(3) var<storage, read_write> sigma: array<f32>;
@group(0) @binding(4) var<storage, read_write> theta: array<f32>;
@group(0) @binding(5) var<uniform> params: Params;

const PIXELS: u32 = HEIGHT * WIDTH;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let p = id.x;
  let plane = id.y;
  if (p >= PIXELS || plane >= params.planes) { return; }
  let d = planes[plane];
  let q = (p / WIDTH + d.y) % HEIGHT * WIDTH + (p % WIDTH + d.x) % WIDTH;
  var product = 0.0;
  for (var c = 0u; c < params.channels; c++) {
    product += x_fields[c * PIXELS + p] * z_fields[c * PIXELS + q];
  }
  let e = plane * PIXELS + p;
  sigma[e] = product;
  theta[e] = params.theta0 * product;
}
