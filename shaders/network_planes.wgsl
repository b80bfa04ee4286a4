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
// over the plane. A plane lies in the registers of a workgroup, or several do; neighbours meet in workgroup memory: first
// columns left and right (sums along rows), then rows above and below. Needs no optional feature, and takes any width.

import package::shared::network_planes::{
  Cell, CELLS, Edges, Lane, NO_SLOT, PLANE_WORDS, lane_of, links_of, outside, pixel_products, sum_along_row, sum_of_cells,
  through_layer,
};
import package::shared::plane_bindings::{
  LAYER_WORDS, Params, PARTS, SUMS, layer_at, pairs, params, tables,
};
import constants::HEIGHT;
import constants::WIDTH;
import constants::ROWS;
import constants::ROW_LANES;
import constants::STRIPS;
import constants::PLANES;
import constants::LOW;
import constants::HIGH;
import constants::CIRCULAR;
import constants::SOURCE_PARTS;
import constants::SOURCE_ROW_PARTS;
import constants::SINK;

@group(0) @binding(4) var<storage, read> source_sigma: array<f32>;
@group(0) @binding(5) var<storage, read> source_theta: array<f32>;
@group(0) @binding(6) var<storage, read_write> sigma_result: array<f32>;
@group(0) @binding(7) var<storage, read_write> theta_result: array<f32>;

const PLANE_LANES: u32 = ROW_LANES * STRIPS;
const LANES: u32 = PLANE_LANES * PLANES;
const REACH: u32 = LOW + HIGH;

// (Sigma, Theta) of the columns that a lane's neighbours need: LOW at its right end, then HIGH at its left.
var<workgroup> sh_columns: array<vec2f, max(1, ROWS * REACH * LANES)>;
// Sigma and Theta of its rows: LOW at the bottom, then HIGH at the top; and the lanes' sums at the end.
var<workgroup> sh_rows: array<vec4f, max(1, 2 * REACH) * LANES>;

// What a cell begins with that is stored: one plane, or parts of a pooled one.
fn stored_cell(slots: ptr<function, array<u32, 6>>, pair_index: u32, lane: Lane, r: u32) -> Cell {
  var cell: Cell;
  if (outside(lane, r, 0)) { return cell; }
  // unroll
  for (var i = 0u; i < SOURCE_ROW_PARTS; i++) {
    if (SOURCE_ROW_PARTS != 2 || (*slots)[3 + i] != NO_SLOT) {
      let row = pair_index * params.source_rows + (*slots)[3 + i] * HEIGHT + lane.top + r;
      // unroll
      for (var j = 0u; j < SOURCE_PARTS; j++) {
        let at = (row * params.source_columns + (*slots)[j]) * WIDTH;
        for (var c = 0u; c < 4; c++) {
          let x = 4 * lane.first_quad + c;
          if (x < WIDTH) {
            cell.sigma[c] += source_sigma[at + x];
            cell.theta[c] += source_theta[at + x];
          }
        }
      }
    }
  }
  return Cell(params.source_gain * cell.sigma, params.source_theta_gain * cell.theta);
}

// A row of parts: the even columns and the odd ones, or both summed.
fn store_parts(at: u32, lane: Lane, k: vec4f, t: vec4f, odd: bool) {
  for (var c = 0u; c < 2; c++) {
    let x = 2 * lane.first_quad + c;
    if (x < WIDTH / 2) {
      sigma_result[at + x] = k[2 * c] + select(k[2 * c + 1], 0.0, odd);
      theta_result[at + x] = t[2 * c] + select(t[2 * c + 1], 0.0, odd);
      if (odd) {
        sigma_result[at + WIDTH / 2 + x] = k[2 * c + 1];
        theta_result[at + WIDTH / 2 + x] = t[2 * c + 1];
      }
    }
  }
}

@compute @workgroup_size(ROW_LANES, STRIPS, PLANES)
fn main(
  @builtin(local_invocation_id) position: vec3u,
  @builtin(local_invocation_index) index: u32,
  @builtin(workgroup_id) workgroup: vec3u,
) {
  let plane_index = (params.first_group + workgroup.x) * PLANES + position.z;
  let live = plane_index < params.planes;
  let plane = params.layers * LAYER_WORDS + min(plane_index, params.planes - 1) * PLANE_WORDS;
  let d = vec2u(tables[plane], tables[plane + 1]);
  let slot = vec2u(tables[plane + 2], tables[plane + 3]);
  let pair_index = workgroup.y;
  let lane = lane_of(pairs[pair_index], d, position.y * ROWS, position.x);
  var links = links_of(lane);

  // A lane at an end has its neighbour around it in a circular convolution; else it reads itself, and the link is 0.
  let row_end = select(0u, ROW_LANES - 1, CIRCULAR == 1);
  let column_end = select(0u, (STRIPS - 1) * ROW_LANES, CIRCULAR == 1);
  let left_lane = select(index - 1, index + row_end, position.x == 0);
  let right_lane = select(index + 1, index - row_end, position.x == ROW_LANES - 1);
  let above_lane = select(index - ROW_LANES, index + column_end, position.y == 0);
  let below_lane = select(index + ROW_LANES, index - column_end, position.y == STRIPS - 1);

  var source_slots: array<u32, 6>;
  // unroll
  for (var j = 0u; j < SOURCE_PARTS; j++) { source_slots[j] = tables[plane + 4 + j]; }
  // unroll
  for (var i = 0u; i < SOURCE_ROW_PARTS; i++) { source_slots[3 + i] = tables[plane + 7 + i]; }
  var sigma: array<vec4f, CELLS>;
  var theta: array<vec4f, CELLS>;
  for (var r = 0u; r < ROWS; r++) {
    var cell: Cell;
    if (SOURCE_PARTS == 0) {
      cell.sigma = pixel_products(lane, r, 0);
    } else {
      cell = stored_cell(&source_slots, pair_index, lane, r);
    }
    sigma[r] = cell.sigma;
    theta[r] = cell.theta;
  }

  for (var h = 0u; h < params.layers; h++) {
    let layer = layer_at(h);
    var edges: Edges;
    if (layer.windowed != 0.0) {
      for (var r = 0u; r < ROWS; r++) {
        // unroll
        for (var j = 1u; j <= LOW; j++) {
          sh_columns[(r * REACH + j - 1) * LANES + index] = vec2f(sigma[r][4 - j], theta[r][4 - j]);
        }
        // unroll
        for (var j = 1u; j <= HIGH; j++) {
          sh_columns[(r * REACH + LOW + j - 1) * LANES + index] = vec2f(sigma[r][j - 1], theta[r][j - 1]);
        }
      }
      workgroupBarrier();
      for (var r = 0u; r < ROWS; r++) {
        var left: Cell;
        var right: Cell;
        // unroll
        for (var j = 1u; j <= LOW; j++) {
          let value = sh_columns[(r * REACH + j - 1) * LANES + left_lane];
          left.sigma[4 - j] = value.x;
          left.theta[4 - j] = value.y;
        }
        // unroll
        for (var j = 1u; j <= HIGH; j++) {
          let value = sh_columns[(r * REACH + LOW + j - 1) * LANES + right_lane];
          right.sigma[j - 1] = value.x;
          right.theta[j - 1] = value.y;
        }
        sum_along_row(&sigma, &theta, &links, r, left, right);
      }
      // unroll
      for (var j = 0u; j < LOW; j++) {
        sh_rows[2 * j * LANES + index] = sigma[ROWS - LOW + j];
        sh_rows[(2 * j + 1) * LANES + index] = theta[ROWS - LOW + j];
      }
      // unroll
      for (var j = 0u; j < HIGH; j++) {
        sh_rows[2 * (LOW + j) * LANES + index] = sigma[j];
        sh_rows[(2 * (LOW + j) + 1) * LANES + index] = theta[j];
      }
      workgroupBarrier();
      // unroll
      for (var j = 0u; j < LOW; j++) {
        edges.k_above[j] = sh_rows[2 * j * LANES + above_lane];
        edges.t_above[j] = sh_rows[(2 * j + 1) * LANES + above_lane];
      }
      // unroll
      for (var j = 0u; j < HIGH; j++) {
        edges.k_below[j] = sh_rows[2 * (LOW + j) * LANES + below_lane];
        edges.t_below[j] = sh_rows[(2 * (LOW + j) + 1) * LANES + below_lane];
      }
    }
    through_layer(&sigma, &theta, &edges, lane, layer, h, 0);
  }

  if (SINK == SUMS) {
    workgroupBarrier();
    sh_rows[index] = vec4f(sum_of_cells(&sigma, &theta, lane), 0.0, 0.0);
    workgroupBarrier();
    if (index % PLANE_LANES == 0 && live) {
      var sum = vec2f(0.0);
      for (var first = 0u; first < PLANE_LANES; first += 16) {
        var block = vec2f(0.0);
        for (var i = first; i < min(first + 16, PLANE_LANES); i++) { block += sh_rows[index + i].xy; }
        sum += block;
      }
      let at = 2 * (pair_index * params.planes + plane_index);
      sigma_result[at] = sum.x;
      sigma_result[at + 1] = sum.y;
    }
    return;
  }
  if (!live) { return; }
  if (SINK == PARTS) {
    let apart = d.y % 2 == 1;
    for (var r = 0u; r < ROWS; r += 2) {
      if (outside(lane, r, 0)) { break; }
      let row = pair_index * params.result_rows + slot.y * (HEIGHT / 2) + (lane.top + r) / 2;
      let at = (row * params.result_columns + slot.x) * (WIDTH / 2);
      let next = at + HEIGHT / 2 * params.result_columns * (WIDTH / 2);
      let odd = min(r + 1, CELLS - 1);
      let k = sigma[r] + select(sigma[odd], vec4f(0.0), apart);
      let t = theta[r] + select(theta[odd], vec4f(0.0), apart);
      store_parts(at, lane, k, t, d.x % 2 == 1);
      if (apart) { store_parts(next, lane, sigma[odd], theta[odd], d.x % 2 == 1); }
    }
    return;
  }
  for (var r = 0u; r < ROWS; r++) {
    if (outside(lane, r, 0)) { break; }
    let row = pair_index * params.result_rows + slot.y * HEIGHT + lane.top + r;
    let at = (row * params.result_columns + slot.x) * WIDTH;
    for (var c = 0u; c < 4; c++) {
      let x = 4 * lane.first_quad + c;
      if (x < WIDTH) {
        sigma_result[at + x] = sigma[r][c];
        theta_result[at + x] = theta[r][c];
      }
    }
  }
}
