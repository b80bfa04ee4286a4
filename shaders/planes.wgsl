// The fused plane kernel: displacement planes of image pairs through all layers in one dispatch.
//
//   K = sum_c x_c(p) z_c(q),  T = K or 0,   q = (p + d) mod (H, W)
//   for h = 1 .. L:  sigma = patch(K),  theta = patch(T),  m = lambda_x^h(p) lambda_z^h(q)
//                    K = GAIN kappa1(sigma, m),   U = GAIN kappa0 theta,   T = U + K
//   partial_sums[row][column][plane][slot][readout] = (sum w K, sum w U), at every tapped layer
//
// An invocation holds ROWS rows of four columns of one plane in registers. Neighbours meet in workgroup memory: first
// the left and right columns (sums along rows), then the top and bottom rows. A workgroup holds PLANES planes of each of
// PAIRS neighbouring pairs. Needs no optional feature.
//
// Software adapters run the body of a loop once more, without lanes, where the condition stands at its head; an `if` they
// jump over. Short loops therefore end with their condition, and the layers stand in an `if`.

import package::shared::arc_cosine::arc_cosine;
import package::shared::arc_cosine::SNAP;
import package::shared::plane::column_links;
import package::shared::plane::column_weights;
import package::shared::plane::row_link;
import package::shared::plane::window_overlap;
import package::shared::plane::within_reach;
import constants::HEIGHT;
import constants::WIDTH;
import constants::SHIFTS;
import constants::GAIN;
import constants::ROWS;
import constants::PLANES;
import constants::PAIRS;
import constants::MAX_TAPS;
import constants::SHARED_EDGES;

struct Params {
  channels: u32,
  layers: u32,
  planes: u32,
  readouts: u32,
  taps: u32,
  theta0: f32,
  first_group: u32,
  first_row: u32, // of the pairs: images of x from here on, a row of workgroups for each
  first_column: u32, // images of z from here on
  columns: u32,
  walk: u32, // pairs that a lane computes one after the other
  triangle: u32, // 1: x and z are the same images, and only pairs with column <= row are wanted
}

@group(0) @binding(0) var<storage, read> x_fields: array<vec4f>;
@group(0) @binding(1) var<storage, read> z_fields: array<vec4f>;
@group(0) @binding(2) var<storage, read> planes: array<vec2u>;
@group(0) @binding(3) var<storage, read> radii: array<u32>;
@group(0) @binding(4) var<storage, read> layer_slots: array<i32>;
@group(0) @binding(5) var<storage, read_write> partial_sums: array<vec2f>;
@group(0) @binding(6) var<uniform> params: Params;

const QUADS: u32 = (WIDTH + 3) / 4;
const Z_QUADS: u32 = 2 * QUADS;
// From this radius on every window is the whole image, and every element has weight H·W.
const WHOLE: u32 = max(u32(HEIGHT), u32(WIDTH));
const STRIPS: u32 = (HEIGHT + ROWS - 1) / ROWS;
const PLANE_LANES: u32 = QUADS * STRIPS;
const PAIR_LANES: u32 = PLANE_LANES * PLANES;
const LANES: u32 = PAIR_LANES * PAIRS;

// Columns (ROWS slots), then rows (4 slots); in the same place if they would not fit side by side.
const ROW_EDGES: u32 = select(u32(ROWS), 0u, SHARED_EDGES == 1) * LANES;
const EDGES: u32 = select(u32(ROWS) + 4, max(u32(ROWS), 4u), SHARED_EDGES == 1) * LANES;
var<workgroup> sh_edges: array<vec4f, EDGES>;

@compute @workgroup_size(QUADS, STRIPS, PLANES * PAIRS)
fn main(
  @builtin(local_invocation_id) position: vec3u,
  @builtin(local_invocation_index) lane: u32,
  @builtin(workgroup_id) workgroup: vec3u,
) {
  let index = (params.first_group + workgroup.x) * PLANES + position.z % PLANES;
  let row = params.first_row + workgroup.z;
  // The columns that are wanted; of a triangle up to the diagonal.
  let end = select(params.columns, min(params.columns, row + 1 - min(row + 1, params.first_column)), params.triangle == 1);
  // The same for the whole workgroup; a lane beyond the last column takes that once more, and writes nothing.
  var begin = workgroup.y * params.walk * PAIRS;
  let last = min(end, begin + params.walk * PAIRS);
  if (begin < last) {
    loop {
      let offset = begin + position.z / PLANES;
      pair_plane(position, lane, index, row, offset, workgroup.z * params.columns + offset);
      workgroupBarrier();
      continuing {
        begin += PAIRS;
        break if begin >= last;
      }
    }
  }
}

// One plane of one pair through all layers. In the registers of a lane: K, and U = T - K; between the two halves of a
// layer their sums along rows, of K and T.
fn pair_plane(position: vec3u, lane: u32, index: u32, row: u32, offset: u32, pair: u32) {
  let quad = position.x;
  let strip = position.y;
  let top = strip * ROWS;
  let d = planes[min(index, params.planes - 1)];
  let fields = params.channels + params.layers;
  let column = params.first_column + min(offset, params.columns - 1);
  let x_stride = (HEIGHT + 1u) * QUADS;
  let z_stride = SHIFTS * HEIGHT * Z_QUADS;
  let x_base = row * fields * x_stride + quad;
  let z_base = (column * fields * SHIFTS + d.x % 4) * HEIGHT * Z_QUADS + quad + d.x / 4;
  // One image with itself: c = 1 exactly on plane 0.
  let snap = select(SNAP, 2.0, params.triangle == 1 && row == column && all(d == vec2u(0)));

  // A lane without a neighbour reads itself; the link there is 0.
  let left_lane = select(lane - 1, lane, quad == 0);
  let right_lane = select(lane + 1, lane, quad == QUADS - 1);
  let above_lane = select(lane - QUADS, lane, strip == 0);
  let below_lane = select(lane + QUADS, lane, strip == STRIPS - 1);
  let left_links = column_links(4 * quad, d.x);
  let right_links = vec4f(left_links.yzw, column_links(4 * quad + 4, d.x).x);

  var sigma: array<vec4f, ROWS>;
  var theta: array<vec4f, ROWS>;
  // Rows innermost: a loop that holds another one is not written out, and would keep the arrays in memory.
  var c = 0u;
  loop {
    for (var r = 0u; r < ROWS; r++) {
      let x_row = x_base + c * x_stride + min(top + r, HEIGHT) * QUADS;
      let z_row = z_base + c * z_stride + (top + r + d.y) % HEIGHT * Z_QUADS;
      sigma[r] += x_fields[x_row] * z_fields[z_row];
    }
    continuing {
      c++;
      break if c >= params.channels;
    }
  }
  for (var r = 0u; r < ROWS; r++) { theta[r] = sigma[r] * (params.theta0 - 1.0); }

  var tap_sums: array<vec2f, MAX_TAPS>;
  for (var h = 0u; h < params.layers; h++) {
    // Always so: what is left of the turn after the last layer is jumped over, which no compiler can see to be none.
    if (params.planes > 0) {
      for (var r = 0u; r < ROWS; r++) {
        theta[r] += sigma[r];
        sh_edges[r * LANES + lane] = vec4f(sigma[r].x, theta[r].x, sigma[r].w, theta[r].w);
      }
      workgroupBarrier();
      for (var r = 0u; r < ROWS; r++) {
        let left = sh_edges[r * LANES + left_lane];
        let right = sh_edges[r * LANES + right_lane];
        let k = sigma[r];
        let t = theta[r];
        sigma[r] = vec4f(left.z, k.xyz) * left_links + k + vec4f(k.yzw, right.x) * right_links;
        theta[r] = vec4f(left.w, t.xyz) * left_links + t + vec4f(t.yzw, right.y) * right_links;
      }
      if (SHARED_EDGES == 1) { workgroupBarrier(); }

      sh_edges[ROW_EDGES + lane] = sigma[0];
      sh_edges[ROW_EDGES + LANES + lane] = theta[0];
      sh_edges[ROW_EDGES + 2 * LANES + lane] = sigma[ROWS - 1];
      sh_edges[ROW_EDGES + 3 * LANES + lane] = theta[ROWS - 1];
      workgroupBarrier();
      let k_below = sh_edges[ROW_EDGES + below_lane];
      let t_below = sh_edges[ROW_EDGES + LANES + below_lane];
      var k_above = sh_edges[ROW_EDGES + 2 * LANES + above_lane];
      var t_above = sh_edges[ROW_EDGES + 3 * LANES + above_lane];
      let x_layer = x_base + (params.channels + h) * x_stride;
      let z_layer = z_base + (params.channels + h) * z_stride;
      var link = row_link(top, d.y);
      for (var r = 0u; r < ROWS; r++) {
        let k = sigma[r];
        let t = theta[r];
        var k_next = k_below;
        var t_next = t_below;
        if (r + 1 < ROWS) {
          k_next = sigma[r + 1];
          t_next = theta[r + 1];
        }
        let next_link = row_link(top + r + 1, d.y);
        let sigma_here = k_above * link + k + k_next * next_link;
        let theta_here = t_above * link + t + t_next * next_link;
        k_above = k;
        t_above = t;
        link = next_link;
        let lambda_x = x_fields[x_layer + min(top + r, HEIGHT) * QUADS];
        let lambda_z = z_fields[z_layer + (top + r + d.y) % HEIGHT * Z_QUADS];
        let kappa = arc_cosine(sigma_here, lambda_x * lambda_z, snap);
        sigma[r] = GAIN * kappa.kappa1;
        theta[r] = GAIN * kappa.kappa0 * theta_here;
      }
      if (SHARED_EDGES == 1) { workgroupBarrier(); }

      let slot = layer_slots[h];
      if (slot >= 0) {
        var readout = 0u;
        loop {
          let radius = radii[readout];
          if (!within_reach(d, radius)) { continue; }
          var k_sum = vec4f(0.0);
          var u_sum = vec4f(0.0);
          if (radius == 0 || radius >= WHOLE) {
            // Plane 0 alone with weight 1, or every element with weight H·W; elements beyond the image are 0.
            for (var r = 0u; r < ROWS; r++) {
              k_sum += sigma[r];
              u_sum += theta[r];
            }
            k_sum *= select(1.0, f32(HEIGHT * WIDTH), radius >= WHOLE);
            u_sum *= select(1.0, f32(HEIGHT * WIDTH), radius >= WHOLE);
          } else {
            for (var r = 0u; r < ROWS; r++) {
              let weight = window_overlap(top + r, (top + r + d.y) % HEIGHT, radius, HEIGHT);
              k_sum += weight * sigma[r];
              u_sum += weight * theta[r];
            }
            let weights = column_weights(4 * quad, d.x, radius);
            k_sum *= weights;
            u_sum *= weights;
          }
          tap_sums[u32(slot) * params.readouts + readout] = vec2f(dot(k_sum, vec4f(1.0)), dot(u_sum, vec4f(1.0)));
          continuing {
            readout++;
            break if readout >= params.readouts;
          }
        }
      }
    }
  }

  // The lanes' sums, two taps at a time through the same workgroup memory.
  for (var tap = 0u; tap < params.taps; tap += 2) {
    let second = tap_sums[min(tap + 1, params.taps - 1)];
    workgroupBarrier();
    sh_edges[lane] = vec4f(tap_sums[tap], second);
    workgroupBarrier();
    if (lane % PLANE_LANES == 0 && index < params.planes && offset < params.columns) {
      var sum = vec4f(0.0);
      for (var first = 0u; first < PLANE_LANES; first += 16) {
        var block = vec4f(0.0);
        for (var i = first; i < min(first + 16, PLANE_LANES); i++) { block += sh_edges[lane + i]; }
        sum += block;
      }
      let at = (pair * params.planes + index) * params.taps + tap;
      partial_sums[at] = sum.xy;
      if (tap + 1 < params.taps) { partial_sums[at + 1] = sum.zw; }
    }
  }
}
