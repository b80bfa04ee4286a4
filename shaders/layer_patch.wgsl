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

// Sums of three neighbours along a row: of Sigma, of Theta.
fn row_sums(row: u32, columns: vec3u, links: vec3f) -> vec2f {
  let sigma = vec3f(sigma_in[row + columns.x], sigma_in[row + columns.y], sigma_in[row + columns.z]);
  let theta = vec3f(theta_in[row + columns.x], theta_in[row + columns.y], theta_in[row + columns.z]);
  return vec2f(dot(links, sigma), dot(links, theta));
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let p = id.x;
  let plane = id.y;
  if (p >= PIXELS || plane >= params.planes) { return; }
  let y = p / WIDTH;
  let x = p % WIDTH;
  let d = planes[plane];
  // Without a neighbour the link is 0 and the middle is read: branches would cost more.
  let column = column_links(x, d.x);
  let links = vec3f(column.x, 1.0, column.y);
  let columns = vec3u(x - u32(column.x), x, x + u32(column.y));
  let above = row_link(y, d.y);
  let below = row_link(y + 1, d.y);
  let row = plane * PIXELS + y * WIDTH;
  let sums = above * row_sums(row - u32(above) * WIDTH, columns, links) +
    row_sums(row, columns, links) +
    below * row_sums(row + u32(below) * WIDTH, columns, links);
  sigma_out[row + x] = sums.x;
  theta_out[row + x] = sums.y;
}
