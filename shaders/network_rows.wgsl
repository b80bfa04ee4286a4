// The fused plane kernel of any network for short runs that begin with pixels, on devices with subgroups: the same layers
// as network_planes, on planes that stream through a subgroup row by row.
//
// A lane holds one quad of columns of SPAN planes (dx, dy), (dx, dy + 1), ... of one pair, an even number. Row after row it
// multiplies pixels, sums along the row with its neighbours' columns, and hands the row to the first layer, which keeps the
// last LOW + HIGH rows; what leaves a layer, HIGH rows later, goes to the next. Nothing is indexed by a loop: all is in
// registers. The planes of a lane read the same row of x, and z one row apart: each row of x and of z is read once. Parts
// of pooled planes are added up along dy before they are written.

import package::shared::plane_bindings::{
  LAYER_WORDS, Params, PARTS, QUADS, SUMS, X_STRIDE, Z_QUADS, Z_STRIDE, layer_at, pairs, params, tables,
};
import package::shared::sampled_fields::{field_of_x, field_of_z};
import package::shared::plane_activation::{activate, Layer};
import package::shared::window::{column_linked, from_left, from_right, row_linked};
import package::shared::plane_results::{sigma_result, store_parts, store_whole};
import constants::HEIGHT;
import constants::WIDTH;
import constants::SHIFTS;
import constants::ROW_LANES;
import constants::PLANES;
import constants::SPAN;
import constants::CHANNELS;
import constants::LAYERS;
import constants::LOW;
import constants::HIGH;
import constants::REACH;
import constants::LINEAR;
import constants::SINK;

enable subgroups;

// Bound as for the other plane kernels; what begins with pixels does not read them.
@group(0) @binding(4) var<storage, read> source_sigma: array<f32>;
@group(0) @binding(5) var<storage, read> source_theta: array<f32>;

const FIELDS: u32 = CHANNELS + LAYERS;
// dx, dy, slot of the result along x, slots along y: of planes, or of SPAN / 2 + 1 parts
const GROUP_WORDS: u32 = 3 + SPAN;
const NO_SLOT = 0xffffffffu; // a plane that is not needed
// What a layer keeps: REACH rows of every plane, of sigma and of theta.
const KEPT: u32 = LAYERS * SPAN * max(u32(REACH), 1u);
// Rows that y - n stands for may lie above the image: z wraps, with so many heights added.
const AROUND: u32 = 64u * HEIGHT;

struct Lane {
  d: vec2u,
  quad: u32,
  inside: bool,
  x_base: u32,
  z_base: u32,
}

// Row y of field f of x; rows and columns outside are zeros.
fn x_row(lane: Lane, f: u32, y: u32) -> vec4f {
  let row = select(min(y, HEIGHT), HEIGHT, !lane.inside);
  return field_of_x(lane.x_base + f * X_STRIDE + row * QUADS + lane.quad);
}

// Field f of z as the planes of a lane meet it at row y: rows y + dy, y + dy + 1, ..., of which the last is read now.
fn advance(z: ptr<function, array<vec4f, FIELDS * SPAN>>, lane: Lane, f: u32, y: u32) {
  // unroll
  for (var j = 1u; j < SPAN; j++) { (*z)[f * SPAN + j - 1] = (*z)[f * SPAN + j]; }
  let row = (y + lane.d.y + (SPAN - 1) + AROUND) % HEIGHT;
  (*z)[f * SPAN + SPAN - 1] = field_of_z(lane.z_base + f * Z_STRIDE + row * Z_QUADS + lane.quad);
}

// A value of the lane to the left in this row, or to the right; 0 at its ends.
fn lane_before(value: vec2f, row_lane: u32) -> vec2f {
  return select(vec2f(0.0), subgroupShuffleUp(value, 1), row_lane > 0);
}

fn lane_after(value: vec2f, row_lane: u32) -> vec2f {
  return select(vec2f(0.0), subgroupShuffleDown(value, 1), row_lane < ROW_LANES - 1);
}

@compute @workgroup_size(ROW_LANES * PLANES)
fn main(@builtin(local_invocation_index) index: u32, @builtin(workgroup_id) workgroup: vec3u) {
  let row_lane = index % ROW_LANES;
  let group = (params.first_group + workgroup.x) * PLANES + index / ROW_LANES;
  let entry = LAYERS * LAYER_WORDS + min(group, params.planes - 1) * GROUP_WORDS;
  let d = vec2u(tables[entry], tables[entry + 1]);
  let slot_x = tables[entry + 2];
  let pair_index = workgroup.y;
  let pair = pairs[pair_index];
  let lane = Lane(
    d,
    min(row_lane, QUADS - 1),
    row_lane < QUADS,
    pair.x * FIELDS * X_STRIDE,
    (pair.z * FIELDS * SHIFTS + d.x % 4) * HEIGHT * Z_QUADS + d.x / 4,
  );
  var slots: array<u32, SPAN>;
  // unroll
  for (var j = 0u; j < SPAN; j++) {
    slots[j] = tables[entry + 3 + j];
    if (group >= params.planes || !lane.inside) { slots[j] = NO_SLOT; }
  }
  var left: array<vec4f, max(u32(LOW), 1u)>;
  var right: array<vec4f, max(u32(HIGH), 1u)>;
  // unroll
  for (var w = 1u; w <= LOW; w++) { left[w - 1] = column_linked(4 * row_lane, 0u - w, d.x); }
  // unroll
  for (var w = 1u; w <= HIGH; w++) { right[w - 1] = column_linked(4 * row_lane, w, d.x); }
  var layers: array<Layer, LAYERS>;
  // unroll
  for (var h = 0u; h < LAYERS; h++) { layers[h] = layer_at(h); }

  var z: array<vec4f, FIELDS * SPAN>;
  for (var before = u32(SPAN - 1); before > 0; before--) {
    // unroll
    for (var c = 0u; c < CHANNELS; c++) { advance(&z, lane, c, 0u - before); }
    // unroll
    for (var h = 0u; h < LAYERS; h++) { advance(&z, lane, CHANNELS + h, 0u - before - HIGH * (h + 1)); }
  }
  var k_kept: array<vec4f, KEPT>;
  var t_kept: array<vec4f, KEPT>;
  // The row above, for pooling; or sums over rows.
  var k_held: array<vec4f, SPAN>;
  var t_held: array<vec4f, SPAN>;
  for (var row = 0u; row < HEIGHT + HIGH * LAYERS; row++) {
    var sigma = array<vec4f, SPAN>();
    var theta = array<vec4f, SPAN>();
    // unroll
    for (var c = 0u; c < CHANNELS; c++) {
      advance(&z, lane, c, row);
      let pixels = x_row(lane, c, row);
      // unroll
      for (var j = 0u; j < SPAN; j++) { sigma[j] += pixels * z[c * SPAN + j]; }
    }
    // unroll
    for (var h = 0u; h < LAYERS; h++) {
      // The row that leaves this layer now. Above the image it is finite nonsense, which meets nothing.
      let y = row - HIGH * (h + 1);
      advance(&z, lane, CHANNELS + h, y);
      let lambda_x = x_row(lane, CHANNELS + h, y);
      // unroll
      for (var j = 0u; j < SPAN; j++) {
        let k = sigma[j];
        let t = theta[j];
        var k_before = vec4f(0.0);
        var t_before = vec4f(0.0);
        var k_after = vec4f(0.0);
        var t_after = vec4f(0.0);
        // unroll
        for (var w = 1u; w <= LOW; w++) {
          let value = lane_before(vec2f(k[4 - w], t[4 - w]), row_lane);
          k_before[4 - w] = value.x;
          t_before[4 - w] = value.y;
        }
        // unroll
        for (var w = 1u; w <= HIGH; w++) {
          let value = lane_after(vec2f(k[w - 1], t[w - 1]), row_lane);
          k_after[w - 1] = value.x;
          t_after[w - 1] = value.y;
        }
        var k_row = k;
        var t_row = t;
        // unroll
        for (var w = 1u; w <= LOW; w++) {
          k_row += from_left(k_before, k, w) * left[w - 1];
          t_row += from_left(t_before, t, w) * left[w - 1];
        }
        // unroll
        for (var w = 1u; w <= HIGH; w++) {
          k_row += from_right(k, k_after, w) * right[w - 1];
          t_row += from_right(t, t_after, w) * right[w - 1];
        }

        const first = (h * SPAN + j) * REACH;
        var k_sum = k_row;
        var t_sum = t_row;
        if (HIGH > 0) {
          k_sum = k_kept[first + min(LOW, max(REACH, 1) - 1)];
          t_sum = t_kept[first + min(LOW, max(REACH, 1) - 1)];
        }
        // unroll
        for (var w = 0u; w < LOW; w++) {
          let linked = row_linked(y, w - LOW, d.y + j);
          k_sum += k_kept[first + w] * linked;
          t_sum += t_kept[first + w] * linked;
        }
        // unroll
        for (var w = 1u; w <= HIGH; w++) {
          let linked = row_linked(y, w, d.y + j);
          var k_below = k_row;
          var t_below = t_row;
          if (w < HIGH) {
            k_below = k_kept[first + min(LOW + w, max(REACH, 1) - 1)];
            t_below = t_kept[first + min(LOW + w, max(REACH, 1) - 1)];
          }
          k_sum += k_below * linked;
          t_sum += t_below * linked;
        }
        // unroll
        for (var w = 1u; w < REACH; w++) {
          k_kept[first + w - 1] = k_kept[first + w];
          t_kept[first + w - 1] = t_kept[first + w];
        }
        if (REACH > 0) {
          k_kept[first + max(REACH, 1) - 1] = k_row;
          t_kept[first + max(REACH, 1) - 1] = t_row;
        }

        let s = layers[h].gain * k_sum + layers[h].bias;
        let u = layers[h].gain * t_sum + layers[h].trained * s;
        let kappa = activate(layers[h], s, lambda_x, z[(CHANNELS + h) * SPAN + j]);
        sigma[j] = kappa.k;
        theta[j] = layers[h].theta_scale * kappa.k_dot * u;
        // Some layer of this run has no activation.
        if (LINEAR == 1) {
          sigma[j] = select(s, sigma[j], layers[h].activated == 1.0);
          theta[j] = select(u, theta[j], layers[h].activated == 1.0);
        }
      }
    }
    if (HEIGHT % SPAN > 0 && SINK == PARTS) {
      // What goes beyond the last plane of an image has no part in any sum.
      // unroll
      for (var j = 0u; j < SPAN; j++) {
        let weight = select(0.0, 1.0, d.y + j < HEIGHT);
        sigma[j] *= weight;
        theta[j] *= weight;
      }
    }

    if (row < HIGH * LAYERS) { continue; }
    let y = row - HIGH * LAYERS;
    if (SINK == PARTS) {
      if (y % 2 == 1) {
        // Of planes 2 o, 2 o + 1 and 2 o - 1 of this group: both rows, the upper one, and the lower one.
        // unroll
        for (var o = 0u; o < SPAN; o++) {
          if (2 * o <= SPAN) {
            const even = min(2 * o, SPAN - 2);
            const before = min(max(2 * o, 1) - 1, SPAN - 1);
            var k = vec4f(0.0);
            var t = vec4f(0.0);
            if (2 * o < SPAN) {
              k = k_held[even] + sigma[even] + k_held[even + 1];
              t = t_held[even] + theta[even] + t_held[even + 1];
            }
            if (o > 0) {
              k += sigma[before];
              t += theta[before];
            }
            if (slots[o] != NO_SLOT) {
              let line = pair_index * params.result_rows + slots[o] * (HEIGHT / 2) + y / 2;
              store_parts((line * params.result_columns + slot_x) * QUADS + lane.quad, k, t, d.x % 2 == 1);
            }
          }
        }
      }
      k_held = sigma;
      t_held = theta;
      continue;
    }
    // unroll
    for (var j = 0u; j < SPAN; j++) {
      if (SINK == SUMS) {
        k_held[j] += sigma[j];
        t_held[j] += theta[j];
      } else if (slots[j] != NO_SLOT) {
        let line = pair_index * params.result_rows + slots[j] * HEIGHT + y;
        store_whole((line * params.result_columns + slot_x) * QUADS + lane.quad, sigma[j], theta[j]);
      }
    }
  }

  if (SINK == SUMS) {
    let weight = select(0.0, 1.0, lane.inside);
    // unroll
    for (var j = 0u; j < SPAN; j++) {
      var sum = weight * vec2f(dot(k_held[j], vec4f(1.0)), dot(t_held[j], vec4f(1.0)));
      for (var step = 1u; step < ROW_LANES; step *= 2) { sum += subgroupShuffleXor(sum, step); }
      if (row_lane == 0 && slots[j] != NO_SLOT) {
        sigma_result[pair_index * params.result_columns * params.result_rows + slots[j] * params.result_columns + slot_x] = sum;
      }
    }
  }
}
