// Layer-by-layer baseline, convolution step: patch() of both tensors, from one pair of buffers into another.
//
//   sigma_out = patch(sigma_in),   theta_out = patch(theta_in)   on every plane
//
// An invocation walks down ROWS rows of four columns and sums each row once, so that a strip reads ROWS + 2 rows.

import package::shared::plane::column_links;
import package::shared::plane::row_link;
import constants::HEIGHT;
import constants::WIDTH;
import constants::ROWS;

struct Params {
  planes: u32,
}

@group(0) @binding(0) var<storage, read> planes: array<vec2u>;
@group(0) @binding(1) var<storage, read> sigma_in: array<vec4f>;
@group(0) @binding(2) var<storage, read> theta_in: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> sigma_out: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> theta_out: array<vec4f>;
@group(0) @binding(5) var<uniform> params: Params;

const QUADS: u32 = (WIDTH + 3) / 4;
const STRIPS: u32 = (HEIGHT + ROWS - 1) / ROWS;

struct RowSums {
  sigma: vec4f,
  theta: vec4f,
}

// Sums of three neighbours along the row that starts at `row`.
fn row_sums(row: u32, quad: u32, links: vec4f, right_links: vec4f) -> RowSums {
  let e = row + quad;
  // Outside there is no neighbour: the link is 0, and any element will do.
  let left = select(e - 1, e, quad == 0);
  let right = select(e + 1, e, quad == QUADS - 1);
  let s = sigma_in[e];
  let t = theta_in[e];
  return RowSums(
    vec4f(sigma_in[left].w, s.xyz) * links + s + vec4f(s.yzw, sigma_in[right].x) * right_links,
    vec4f(theta_in[left].w, t.xyz) * links + t + vec4f(t.yzw, theta_in[right].x) * right_links,
  );
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let plane = id.x / (STRIPS * QUADS);
  if (plane >= params.planes) { return; }
  let top = id.x / QUADS % STRIPS * ROWS;
  let quad = id.x % QUADS;
  let d = planes[plane];
  let links = column_links(4 * quad, d.x);
  let right_links = vec4f(links.yzw, column_links(4 * quad + 4, d.x).x);
  let base = plane * HEIGHT * QUADS;

  let above_row = base + select(top - 1, 0, top == 0) * QUADS;
  var above = row_sums(above_row, quad, links, right_links);
  var here = row_sums(base + top * QUADS, quad, links, right_links);
  var link = row_link(top, d.y);
  for (var y = top; y < min(top + ROWS, HEIGHT); y++) {
    let below = row_sums(base + min(y + 1, HEIGHT - 1) * QUADS, quad, links, right_links);
    let next_link = row_link(y + 1, d.y);
    let e = base + y * QUADS + quad;
    sigma_out[e] = above.sigma * link + here.sigma + below.sigma * next_link;
    theta_out[e] = above.theta * link + here.theta + below.theta * next_link;
    above = here;
    here = below;
    link = next_link;
  }
}
