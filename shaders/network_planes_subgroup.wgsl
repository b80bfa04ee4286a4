// The fused plane kernel of any network: displacement planes of image pairs through a run of convolutions of stride 1 and
// activations in one dispatch.
//
//   Sigma, Theta = sum_c x_c(p) z_c(q), 0   (SOURCE_PARTS = 0),   or source_gain times the sum of stored planes,
//                                                             SOURCE_PARTS along x, up to SOURCE_ROW_PARTS along y
//   for every layer:  Sigma <- gain sum_w Sigma(p + w, q + w) + bias,  Theta <- gain sum_w Theta + trained Sigma
//                     Sigma <- K(Sigma, m),   Theta <- theta_scale K' Theta,   m = lambda_x(p) lambda_z(q)
//   q = (p + d) mod (H, W);  -LOW <= w <= HIGH along both axes, inside the image, or around it (CIRCULAR)
//
// What becomes of the last Sigma and Theta says SINK: WHOLE planes; PARTS, what 2x2 pooling sums of a plane; or SUMS
// over the plane. ROW_LANES * STRIPS lanes, a power of two that no subgroup is smaller than, hold a plane in registers.
// Neighbours meet in subgroup shuffles.

import package::shared::network_planes::{
  Cell, CELLS, Edges, Lane, NO_SLOT, PLANE_WORDS, lane_of, links_of, outside, pixel_products, sum_along_row, sum_of_cells,
  through_layer,
};
import package::shared::plane_bindings::{
  LAYER_WORDS, Params, PARTS, QUADS, SUMS, layer_at, pairs, params, tables,
};
import package::shared::plane_results::{sigma_result, store_pooled, store_whole};
import constants::HEIGHT;
import constants::WIDTH;
import constants::ROWS;
import constants::COLUMN_QUADS;
import constants::ROW_LANES;
import constants::STRIPS;
import constants::PLANES;
import constants::LOW;
import constants::HIGH;
import constants::CIRCULAR;
import constants::SOURCE_PARTS;
import constants::SOURCE_ROW_PARTS;
import constants::SINK;

enable subgroups;

@group(0) @binding(4) var<storage, read> source_sigma: array<vec4f>;
@group(0) @binding(5) var<storage, read> source_theta: array<vec4f>;
const PLANE_LANES: u32 = ROW_LANES * STRIPS;

// The value of the lane `step` lanes before (up) or after, of this lane's plane; around its end if `around` holds.
fn lane_before(value: vec2f, position: u32, count: u32, lane: u32) -> vec2f {
  if (CIRCULAR == 1) {
    return subgroupShuffle(value, select(lane - 1, lane + count - 1, position == 0));
  }
  return select(vec2f(0.0), subgroupShuffleUp(value, 1), position > 0);
}

fn lane_after(value: vec2f, position: u32, count: u32, lane: u32) -> vec2f {
  if (CIRCULAR == 1) {
    return subgroupShuffle(value, select(lane + 1, lane + 1 - count, position == count - 1));
  }
  return select(vec2f(0.0), subgroupShuffleDown(value, 1), position < count - 1);
}

fn strip_above(value: vec4f, strip: u32, lane: u32) -> vec4f {
  if (CIRCULAR == 1) {
    return subgroupShuffle(value, select(lane - ROW_LANES, lane + (STRIPS - 1) * ROW_LANES, strip == 0));
  }
  if (STRIPS == 1) { return vec4f(0.0); }
  return select(vec4f(0.0), subgroupShuffleUp(value, ROW_LANES), strip > 0);
}

fn strip_below(value: vec4f, strip: u32, lane: u32) -> vec4f {
  if (CIRCULAR == 1) {
    return subgroupShuffle(value, select(lane + ROW_LANES, lane - (STRIPS - 1) * ROW_LANES, strip == STRIPS - 1));
  }
  if (STRIPS == 1) { return vec4f(0.0); }
  return select(vec4f(0.0), subgroupShuffleDown(value, ROW_LANES), strip < STRIPS - 1);
}

// What a cell begins with that is stored: one plane, or parts of a pooled one.
fn stored_cell(slots: ptr<function, array<u32, 6>>, pair_index: u32, lane: Lane, r: u32, v: u32) -> Cell {
  var k = vec4f(0.0);
  var t = vec4f(0.0);
  let y = min(lane.top + r, HEIGHT - 1);
  let quad = min(lane.first_quad + v, QUADS - 1);
  // unroll
  for (var i = 0u; i < SOURCE_ROW_PARTS; i++) {
    if (SOURCE_ROW_PARTS != 2 || (*slots)[3 + i] != NO_SLOT) {
      let row = pair_index * params.source_rows + (*slots)[3 + i] * HEIGHT + y;
      // unroll
      for (var j = 0u; j < SOURCE_PARTS; j++) {
        let at = (row * params.source_columns + (*slots)[j]) * QUADS + quad;
        k += source_sigma[at];
        t += source_theta[at];
      }
    }
  }
  let inside = select(1.0, 0.0, outside(lane, r, v));
  return Cell(inside * params.source_gain * k, inside * params.source_theta_gain * t);
}

@compute @workgroup_size(PLANE_LANES * PLANES)
fn main(
  @builtin(local_invocation_index) index: u32,
  @builtin(subgroup_invocation_id) subgroup_lane: u32,
  @builtin(workgroup_id) workgroup: vec3u,
) {
  let row_lane = index % ROW_LANES;
  let strip = index / ROW_LANES % STRIPS;
  let plane_index = (params.first_group + workgroup.x) * PLANES + index / PLANE_LANES;
  let live = plane_index < params.planes;
  let plane = params.layers * LAYER_WORDS + min(plane_index, params.planes - 1) * PLANE_WORDS;
  let d = vec2u(tables[plane], tables[plane + 1]);
  let slot = vec2u(tables[plane + 2], tables[plane + 3]);
  let pair_index = workgroup.y;
  let lane = lane_of(pairs[pair_index], d, strip * ROWS, row_lane * COLUMN_QUADS);
  var links = links_of(lane);

  var source_slots: array<u32, 6>;
  // unroll
  for (var j = 0u; j < SOURCE_PARTS; j++) { source_slots[j] = tables[plane + 4 + j]; }
  // unroll
  for (var i = 0u; i < SOURCE_ROW_PARTS; i++) { source_slots[3 + i] = tables[plane + 7 + i]; }
  var sigma: array<vec4f, CELLS>;
  var theta: array<vec4f, CELLS>;
  for (var r = 0u; r < ROWS; r++) {
    // unroll
    for (var v = 0u; v < COLUMN_QUADS; v++) {
      var cell: Cell;
      if (SOURCE_PARTS == 0) {
        cell.sigma = pixel_products(lane, r, v);
      } else {
        cell = stored_cell(&source_slots, pair_index, lane, r, v);
      }
      sigma[r * COLUMN_QUADS + v] = cell.sigma;
      theta[r * COLUMN_QUADS + v] = cell.theta;
    }
  }

  for (var h = 0u; h < params.layers; h++) {
    let layer = layer_at(h);
    if (layer.windowed != 0.0) {
      for (var r = 0u; r < ROWS; r++) {
        let first = r * COLUMN_QUADS;
        let last = first + COLUMN_QUADS - 1;
        var left: Cell;
        var right: Cell;
        // unroll
        for (var j = 1u; j <= LOW; j++) {
          let value = lane_before(vec2f(sigma[last][4 - j], theta[last][4 - j]), row_lane, ROW_LANES, subgroup_lane);
          left.sigma[4 - j] = value.x;
          left.theta[4 - j] = value.y;
        }
        // unroll
        for (var j = 1u; j <= HIGH; j++) {
          let value = lane_after(vec2f(sigma[first][j - 1], theta[first][j - 1]), row_lane, ROW_LANES, subgroup_lane);
          right.sigma[j - 1] = value.x;
          right.theta[j - 1] = value.y;
        }
        sum_along_row(&sigma, &theta, &links, r, left, right);
      }
    }
    // unroll
    for (var v = 0u; v < COLUMN_QUADS; v++) {
      var edges: Edges;
      // unroll
      for (var j = 0u; j < LOW; j++) {
        edges.k_above[j] = strip_above(sigma[(ROWS - LOW + j) * COLUMN_QUADS + v], strip, subgroup_lane);
        edges.t_above[j] = strip_above(theta[(ROWS - LOW + j) * COLUMN_QUADS + v], strip, subgroup_lane);
      }
      // unroll
      for (var j = 0u; j < HIGH; j++) {
        edges.k_below[j] = strip_below(sigma[j * COLUMN_QUADS + v], strip, subgroup_lane);
        edges.t_below[j] = strip_below(theta[j * COLUMN_QUADS + v], strip, subgroup_lane);
      }
      through_layer(&sigma, &theta, &edges, lane, layer, h, v);
    }
  }

  if (SINK == SUMS) {
    var sum = sum_of_cells(&sigma, &theta, lane);
    for (var step = 1u; step < PLANE_LANES; step *= 2) { sum += subgroupShuffleXor(sum, step); }
    if (index % PLANE_LANES == 0 && live) { sigma_result[pair_index * params.planes + plane_index] = sum; }
    return;
  }
  if (!live) { return; }
  if (SINK == PARTS) {
    for (var r = 0u; r < ROWS; r += 2) {
      let row = pair_index * params.result_rows + slot.y * (HEIGHT / 2) + (lane.top + r) / 2;
      // unroll
      for (var v = 0u; v < COLUMN_QUADS; v++) {
        if (!outside(lane, r, v)) {
          let at = (row * params.result_columns + slot.x) * QUADS + lane.first_quad + v;
          let upper = r * COLUMN_QUADS + v;
          let lower = min(upper + COLUMN_QUADS, CELLS - 1);
          let next = at + HEIGHT / 2 * params.result_columns * QUADS;
          store_pooled(at, next, d, sigma[upper], theta[upper], sigma[lower], theta[lower]);
        }
      }
    }
    return;
  }
  for (var r = 0u; r < ROWS; r++) {
    let row = pair_index * params.result_rows + slot.y * HEIGHT + lane.top + r;
    // unroll
    for (var v = 0u; v < COLUMN_QUADS; v++) {
      if (!outside(lane, r, v)) {
        let at = (row * params.result_columns + slot.x) * QUADS + lane.first_quad + v;
        store_whole(at, sigma[r * COLUMN_QUADS + v], theta[r * COLUMN_QUADS + v]);
      }
    }
  }
}
