// Layer-by-layer baseline, ReLU step of one layer: elementwise, in place, every plane of one pair in global memory.
//
//   sigma <- K = GAIN kappa1(sigma, m),   theta <- GAIN kappa0 theta + keep K,   m = lambda_x(p) lambda_z(q)
//
// One element per invocation, as in the published code.

import package::shared::arc_cosine::arc_cosine;
import package::shared::arc_cosine::SNAP;
import constants::HEIGHT;
import constants::WIDTH;
import constants::GAIN;

struct Params {
  same: u32, // 1: one image with itself, so c = 1 exactly on plane 0
  planes: u32,
  field: u32, // of lambda: channels + layer
  keep: f32,  // 1; 0 in the last layer if the last layer of the network is frozen
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
  let m = x_fields[params.field * PIXELS + p] * z_fields[params.field * PIXELS + q];
  let snap = select(SNAP, 2.0, params.same == 1 && all(d == vec2u(0)));
  let e = plane * PIXELS + p;
  // Only the first of the four elements is used; compilers drop the others.
  let kappa = arc_cosine(vec4f(sigma[e]), vec4f(m), snap);
  let k = GAIN * kappa.kappa1.x;
  sigma[e] = k;
  theta[e] = GAIN * kappa.kappa0.x * theta[e] + params.keep * k;
}
