// Layer-by-layer baseline, convolution step: patch() of both tensors, from one pair of buffers into another.
//
//   sigma_out = patch(sigma_in),   theta_out = patch(theta_in)   on every plane
//
// One element per invocation, which reads its nine neighbours, as far as there are so many, from global memory.

import package::shared::plane::column_links;
import package::shared::plane::row_link;
import constants::HEIGHT;
import constants::WIDTH;

struct Params {
  planes: u32,
}

@group(0) @binding(0) var<storage, read> planes: array<vec2u>;
@group(0) @binding(1) var<storage, read> sigma_in: array<f32>;
@group(0) @binding(2) var<storage, read> theta_in: array<f32>;
@group(0) @binding(3) var<storage, read_write> sigma_out: array<f32>;
@group(0) @binding(4) var<storage, read_write> theta_out: array<f32>;
@group(0) @binding(5) var<uniform> params: Params;

const PIXELS: u32 = HEIGHT * WIDTH;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let p = id.x;
  let plane = id.y;
  if (p >= PIXELS || plane >= params.planes) { return; }
  let y = p / WIDTH;
  let x = p % WIDTH;
  let d = planes[plane];
  let columns = column_links(x, d.x);
  let rows_linked = vec3f(row_link(y, d.y), 1.0, row_link(y + 1, d.y));
  let columns_linked = vec3f(columns.x, 1.0, columns.y);
  let e = plane * PIXELS + p;
  var sigma = 0.0;
  var theta = 0.0;
  for (var j = 0u; j < 3; j++) {
    for (var i = 0u; i < 3; i++) {
      if (rows_linked[j] * columns_linked[i] > 0.0) {
        let neighbour = e + j * WIDTH + i - WIDTH - 1;
        sigma += sigma_in[neighbour];
        theta += theta_in[neighbour];
      }
    }
  }
  sigma_out[e] = sigma;
  theta_out[e] = theta;
}
