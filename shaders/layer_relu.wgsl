// Layer-by-layer baseline, ReLU step of one layer: elementwise, in place, every plane of one pair in global memory.
//
//   sigma <- K = GAIN kappa1(sigma, m),   theta <- GAIN kappa0 theta + keep K,   m = lambda_x(p) lambda_z(q)

import package::shared::arc_cosine::arc_cosine;
import package::shared::arc_cosine::SNAP;
import constants::HEIGHT;
import constants::WIDTH;
import constants::SHIFTS;
import constants::GAIN;

struct Params {
  x: u32, // index of the two images
  z: u32,
  same: u32, // 1: one image with itself, so c = 1 exactly on plane 0
  planes: u32,
  field: u32,  // of lambda: channels + layer
  fields: u32, // channels + layers
  keep: f32,   // 1; 0 in the last layer if the last layer of the network is frozen
}

@group(0) @binding(0) var<storage, read> x_fields: array<vec4f>;
@group(0) @binding(1) var<storage, read> z_fields: array<vec4f>;
@group(0) @binding(2) var<storage, read> planes: array<vec2u>;
@group(0) @binding(3) var<storage, read_write> sigma: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> theta: array<vec4f>;
@group(0) @binding(5) var<uniform> params: Params;

const QUADS: u32 = (WIDTH + 3) / 4;
const PLANE_QUADS: u32 = HEIGHT * QUADS;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let plane = id.y;
  if (id.x >= PLANE_QUADS || plane >= params.planes) { return; }
  let y = id.x / QUADS;
  let quad = id.x % QUADS;
  let d = planes[plane];
  let x_row = (params.x * params.fields + params.field) * (HEIGHT + 1) + y;
  let z_row = ((params.z * params.fields + params.field) * SHIFTS + d.x % 4) * HEIGHT + (y + d.y) % HEIGHT;
  let lambda_x = x_fields[x_row * QUADS + quad];
  let lambda_z = z_fields[z_row * 2 * QUADS + quad + d.x / 4];
  let snap = select(SNAP, 2.0, params.same == 1 && all(d == vec2u(0)));
  let e = plane * PLANE_QUADS + id.x;
  let kappa = arc_cosine(sigma[e], lambda_x * lambda_z, snap);
  let k = GAIN * kappa.kappa1;
  sigma[e] = k;
  theta[e] = GAIN * kappa.kappa0 * theta[e] + params.keep * k;
}
