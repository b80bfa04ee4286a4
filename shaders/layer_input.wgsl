// Layer-by-layer baseline, first step: the products of the pixels of one pair, every plane in global memory.
//
//   sigma[plane](p) = sum_c x_c(p) z_c(q),   q = (p + d) mod (H, W);   theta = theta0 sigma
//
// Not part of the engine: `cntk bench` compares the fused plane kernel with these three shaders, which do what the
// published GPU code does. They read the same fields as the fused kernel, so that the state of the recursion in global
// memory is all that differs.

import constants::HEIGHT;
import constants::WIDTH;
import constants::SHIFTS;

struct Params {
  x: u32, // index of the two images
  z: u32,
  planes: u32,
  channels: u32,
  layers: u32,
  theta0: f32,
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
  let fields = params.channels + params.layers;
  var product = vec4f(0.0);
  for (var c = 0u; c < params.channels; c++) {
    let x_row = (params.x * fields + c) * (HEIGHT + 1) + y;
    let z_row = ((params.z * fields + c) * SHIFTS + d.x % 4) * HEIGHT + (y + d.y) % HEIGHT;
    product += x_fields[x_row * QUADS + quad] * z_fields[z_row * 2 * QUADS + quad + d.x / 4];
  }
  let e = plane * PLANE_QUADS + id.x;
  sigma[e] = product;
  theta[e] = params.theta0 * product;
}
