// The fused plane kernel, a plane (or several) in one subgroup: same contract and equation as planes.wgsl.
//
// A lane holds ROWS rows of COLUMN_QUADS * 4 columns of one plane in registers; ROW_LANES * STRIPS lanes, a power of two
// that no subgroup is smaller than, hold the plane. Neighbours meet in subgroup shuffles: no workgroup memory, no
// barrier. A workgroup holds PLANES planes of each of PAIRS neighbouring pairs.
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
import package::shared::stored_fields::{field_of_x, field_of_z};
import constants::HEIGHT;
import constants::WIDTH;
import constants::SHIFTS;
import constants::GAIN;
import constants::ROWS;
import constants::COLUMN_QUADS;
import constants::ROW_LANES;
import constants::STRIPS;
import constants::PLANES;
import constants::PAIRS;

enable subgroups;

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

@group(0) @binding(2) var<storage, read> planes: array<vec2u>;
@group(0) @binding(3) var<storage, read> radii: array<u32>;
@group(0) @binding(4) var<storage, read> layer_slots: array<i32>;
@group(0) @binding(5) var<storage, read_write> partial_sums: array<vec2f>;
@group(0) @binding(6) var<uniform> params: Params;

const QUADS: u32 = (WIDTH + 3) / 4;
const Z_QUADS: u32 = 2 * QUADS;
// From this radius on every window is the whole image, and every element has weight H·W.
const WHOLE: u32 = max(u32(HEIGHT), u32(WIDTH));
const PLANE_LANES: u32 = ROW_LANES * STRIPS;
const CELLS: u32 = ROWS * COLUMN_QUADS;

@compute @workgroup_size(PLANE_LANES * PLANES * PAIRS)
fn main(
  @builtin(local_invocation_index) lane: u32,
  @builtin(workgroup_id) workgroup: vec3u,
) {
  let index = (params.first_group + workgroup.x) * PLANES + lane / PLANE_LANES % PLANES;
  let row = params.first_row + workgroup.z;
  // The columns that are wanted; of a triangle up to the diagonal.
  let end = select(params.columns, min(params.columns, row + 1 - min(row + 1, params.first_column)), params.triangle == 1);
  // The same for the whole workgroup; a lane beyond the last column takes that once more, and writes nothing.
  var begin = workgroup.y * params.walk * PAIRS;
  let last = min(end, begin + params.walk * PAIRS);
  if (begin < last) {
    loop {
      let offset = begin + lane / (PLANE_LANES * PLANES);
      pair_plane(lane, index, row, offset, workgroup.z * params.columns + offset);
      continuing {
        begin += PAIRS;
        break if begin >= last;
      }
    }
  }
}

// One plane of one pair through all layers. Without an index of its own (params.planes and above), or a column, a lane
// computes the last one once more: its neighbours in the subgroup need it.
fn pair_plane(lane: u32, index: u32, row: u32, offset: u32, pair: u32) {
  let row_lane = lane % ROW_LANES;
  let strip = lane / ROW_LANES % STRIPS;
  let top = strip * ROWS;
  let first_quad = row_lane * COLUMN_QUADS;
  let d = planes[min(index, params.planes - 1)];
  let fields = params.channels + params.layers;
  let column = params.first_column + min(offset, params.columns - 1);
  let x_stride = (HEIGHT + 1u) * QUADS;
  let z_stride = SHIFTS * HEIGHT * Z_QUADS;
  let x_base = row * fields * x_stride;
  let z_base = (column * fields * SHIFTS + d.x % 4) * HEIGHT * Z_QUADS + d.x / 4;
  // One image with itself: c = 1 exactly on plane 0.
  let snap = select(SNAP, 2.0, params.triangle == 1 && row == column && all(d == vec2u(0)));

  // Cells right of the image or below it read the row of zeros.
  var quad: array<u32, COLUMN_QUADS>;
  var links: array<vec4f, COLUMN_QUADS + 1>;
  // unroll
  for (var v = 0u; v <= COLUMN_QUADS; v++) { links[v] = column_links(4 * (first_quad + v), d.x); }
  // unroll
  for (var v = 0u; v < COLUMN_QUADS; v++) { quad[v] = min(first_quad + v, QUADS - 1); }

  var sigma: array<vec4f, CELLS>;
  var theta: array<vec4f, CELLS>;
  // Rows innermost: a loop that holds another one is not written out, and would keep the arrays in memory.
  var c = 0u;
  loop {
    for (var r = 0u; r < ROWS; r++) {
      let z_row = z_base + c * z_stride + (top + r + d.y) % HEIGHT * Z_QUADS;
      // unroll
      for (var v = 0u; v < COLUMN_QUADS; v++) {
        let x_row = x_base + c * x_stride + select(min(top + r, HEIGHT), HEIGHT, first_quad + v >= QUADS) * QUADS;
        sigma[r * COLUMN_QUADS + v] += field_of_x(x_row + quad[v]) * field_of_z(z_row + quad[v]);
      }
    }
    continuing {
      c++;
      break if c >= params.channels;
    }
  }
  // theta holds T - K, and here K is the product.
  for (var cell = 0u; cell < CELLS; cell++) { theta[cell] = sigma[cell] * (params.theta0 - 1.0); }

  for (var h = 0u; h < params.layers; h++) {
    // Always so: what is left of the turn after the last layer is jumped over, which no compiler can see to be none.
    if (params.planes > 0) {
      // T = U + K, and the sums along rows of K and T.
      for (var r = 0u; r < ROWS; r++) {
        let first = r * COLUMN_QUADS;
        let last = first + COLUMN_QUADS - 1;
        // The first lane of a row has nothing to its left, the last nothing to its right.
        var before = vec2f(0.0);
        var after = vec2f(0.0);
        if (ROW_LANES > 1) {
          let left = subgroupShuffleUp(vec2f(sigma[last].w, sigma[last].w + theta[last].w), 1);
          let right = subgroupShuffleDown(vec2f(sigma[first].x, sigma[first].x + theta[first].x), 1);
          before = select(vec2f(0.0), left, row_lane > 0);
          after = select(vec2f(0.0), right, row_lane < ROW_LANES - 1);
        }
        // unroll
        for (var v = 0u; v < COLUMN_QUADS; v++) {
          let k = sigma[first + v];
          let t = k + theta[first + v];
          var next = after;
          if (v + 1 < COLUMN_QUADS) { next = vec2f(sigma[first + v + 1].x, sigma[first + v + 1].x + theta[first + v + 1].x); }
          let right_links = vec4f(links[v].yzw, links[v + 1].x);
          sigma[first + v] = vec4f(before.x, k.xyz) * links[v] + k + vec4f(k.yzw, next.x) * right_links;
          theta[first + v] = vec4f(before.y, t.xyz) * links[v] + t + vec4f(t.yzw, next.y) * right_links;
          before = vec2f(k.w, t.w);
        }
      }

      // The sums along columns, and the ReLU step.
      let x_layer = x_base + (params.channels + h) * x_stride;
      let z_layer = z_base + (params.channels + h) * z_stride;
      // unroll
      for (var v = 0u; v < COLUMN_QUADS; v++) {
        let bottom = CELLS - COLUMN_QUADS + v;
        var k_above = vec4f(0.0);
        var t_above = vec4f(0.0);
        var k_below = vec4f(0.0);
        var t_below = vec4f(0.0);
        if (STRIPS > 1) {
          let up_k = subgroupShuffleUp(sigma[bottom], ROW_LANES);
          let up_t = subgroupShuffleUp(theta[bottom], ROW_LANES);
          let down_k = subgroupShuffleDown(sigma[v], ROW_LANES);
          let down_t = subgroupShuffleDown(theta[v], ROW_LANES);
          k_above = select(vec4f(0.0), up_k, strip > 0);
          t_above = select(vec4f(0.0), up_t, strip > 0);
          k_below = select(vec4f(0.0), down_k, strip < STRIPS - 1);
          t_below = select(vec4f(0.0), down_t, strip < STRIPS - 1);
        }
        var link = row_link(top, d.y);
        for (var r = 0u; r < ROWS; r++) {
          let cell = r * COLUMN_QUADS + v;
          let k = sigma[cell];
          let t = theta[cell];
          var k_next = k_below;
          var t_next = t_below;
          if (r + 1 < ROWS) {
            k_next = sigma[cell + COLUMN_QUADS];
            t_next = theta[cell + COLUMN_QUADS];
          }
          let next_link = row_link(top + r + 1, d.y);
          let sigma_here = k_above * link + k + k_next * next_link;
          let theta_here = t_above * link + t + t_next * next_link;
          k_above = k;
          t_above = t;
          link = next_link;
          let x_row = select(min(top + r, HEIGHT), HEIGHT, first_quad + v >= QUADS);
          let lambda_x = field_of_x(x_layer + x_row * QUADS + quad[v]);
          let lambda_z = field_of_z(z_layer + (top + r + d.y) % HEIGHT * Z_QUADS + quad[v]);
          let kappa = arc_cosine(sigma_here, lambda_x * lambda_z, snap);
          sigma[cell] = GAIN * kappa.kappa1;
          theta[cell] = GAIN * kappa.kappa0 * theta_here;
        }
      }

      let slot = layer_slots[h];
      if (slot >= 0) {
        var readout = 0u;
        loop {
          let radius = radii[readout];
          var sums = vec2f(0.0);
          if (within_reach(d, radius)) {
            // unroll
            for (var v = 0u; v < COLUMN_QUADS; v++) {
              var k_sum = vec4f(0.0);
              var u_sum = vec4f(0.0);
              if (radius == 0 || radius >= WHOLE) {
                // Plane 0 alone with weight 1, or every element with weight H·W; elements beyond the image are 0.
                for (var r = 0u; r < ROWS; r++) {
                  k_sum += sigma[r * COLUMN_QUADS + v];
                  u_sum += theta[r * COLUMN_QUADS + v];
                }
                k_sum *= select(1.0, f32(HEIGHT * WIDTH), radius >= WHOLE);
                u_sum *= select(1.0, f32(HEIGHT * WIDTH), radius >= WHOLE);
              } else {
                for (var r = 0u; r < ROWS; r++) {
                  let weight = window_overlap(top + r, (top + r + d.y) % HEIGHT, radius, HEIGHT);
                  k_sum += weight * sigma[r * COLUMN_QUADS + v];
                  u_sum += weight * theta[r * COLUMN_QUADS + v];
                }
                let weights = column_weights(4 * (first_quad + v), d.x, radius);
                k_sum *= weights;
                u_sum *= weights;
              }
              sums += vec2f(dot(k_sum, vec4f(1.0)), dot(u_sum, vec4f(1.0)));
            }
          }
          let sum = plane_sum(sums);
          if (lane % PLANE_LANES == 0 && index < params.planes && offset < params.columns) {
            let group = pair * params.planes + index;
            partial_sums[group * params.taps + u32(slot) * params.readouts + readout] = sum;
          }
          continuing {
            readout++;
            break if readout >= params.readouts;
          }
        }
      }
    }
  }
}

// The sum over the lanes of a plane, in each of them.
fn plane_sum(lane_sum: vec2f) -> vec2f {
  var sum = lane_sum;
  for (var mask = 1u; mask < PLANE_LANES; mask *= 2) { sum += subgroupShuffleXor(sum, mask); }
  return sum;
}
