// The fused plane kernel of any network: displacement planes of image pairs through a run of convolutions of stride 1 and
// activations in one dispatch.
//
//   Sigma, Theta = sum_c x_c(p) z_c(q), 0   (SOURCE_PARTS = 0),   or source_gain times SOURCE_PARTS^2 stored planes
//   for every layer:  Sigma <- gain sum_w Sigma(p + w, q + w) + bias,  Theta <- gain sum_w Theta + trained Sigma
//                     Sigma <- K(Sigma, m),   Theta <- theta_scale K' Theta,   m = lambda_x(p) lambda_z(q)
//   q = (p + d) mod (H, W);  -LOW <= w <= HIGH along both axes, inside the image, or around it (CIRCULAR)
//
// What becomes of the last Sigma and Theta says SINK: WHOLE planes; PARTS, what 2x2 pooling sums of a plane; or SUMS
// over the plane. A lane holds ROWS rows of COLUMN_QUADS * 4 columns of one plane in registers; ROW_LANES * STRIPS lanes,
// a power of two that no subgroup is smaller than, hold the plane. Neighbours meet in subgroup shuffles.

import package::shared::arc_cosine::{arc_cosine, SNAP, TINY};
import package::shared::arcsine::arcsine;
import package::shared::window::{column_linked, from_left, from_right, row_linked};
import constants::HEIGHT;
import constants::WIDTH;
import constants::SHIFTS;
import constants::ROWS;
import constants::COLUMN_QUADS;
import constants::ROW_LANES;
import constants::STRIPS;
import constants::PLANES;
import constants::LOW;
import constants::HIGH;
import constants::CIRCULAR;
import constants::KIND;
import constants::LINEAR;
import constants::SOURCE_PARTS;
import constants::SINK;

enable subgroups;

const LEAKY = 1;
const GAUSSIAN = 2;
const ERF = 3;
const PARTS = 1;
const SUMS = 2;
const TWO_OVER_PI = 0.6366197723675814;

struct Params {
  channels: u32,
  layers: u32,
  fields: u32, // of an image: channels, then the lambdas of the layers
  planes: u32,
  first_group: u32,
  source_gain: f32,
  source_rows: u32, // rows of a pair's source
  source_columns: u32, // planes side by side in it
  source_theta_gain: f32, // 0: there is no Theta, and source_theta is some other buffer
  result_rows: u32,
  result_columns: u32,
}

struct Pair {
  x: u32,
  z: u32,
}

struct Layer {
  gain: f32,
  bias: f32,
  trained: f32,
  windowed: f32, // 0: its window is the pixel alone
  activated: f32, // 0: no activation
  shape: f32, // slope, or gamma
  sigma_scale: f32,
  k_scale: f32,
  theta_scale: f32,
}

@group(0) @binding(0) var<storage, read> x_fields: array<vec4f>;
@group(0) @binding(1) var<storage, read> z_fields: array<vec4f>;
@group(0) @binding(2) var<storage, read> pairs: array<Pair>;
@group(0) @binding(3) var<storage, read> tables: array<u32>; // layers, then planes
@group(0) @binding(4) var<storage, read> source_sigma: array<vec4f>;
@group(0) @binding(5) var<storage, read> source_theta: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> sigma_result: array<vec2f>;
@group(0) @binding(7) var<storage, read_write> theta_result: array<vec2f>;
@group(0) @binding(8) var<uniform> params: Params;

const QUADS: u32 = WIDTH / 4;
const Z_QUADS: u32 = 2 * QUADS;
const PLANE_LANES: u32 = ROW_LANES * STRIPS;
const CELLS: u32 = ROWS * COLUMN_QUADS;
// Every lane's cells are inside the image.
const EXACT: bool = ROWS * STRIPS == HEIGHT && ROW_LANES * COLUMN_QUADS * 4 == WIDTH;
const LAYER_WORDS = 9u;
const PLANE_WORDS = 10u; // dx, dy, slot of the result (x, y), slots of the source (3 of x, 3 of y)
const ABOVE: u32 = max(u32(LOW), 1u);
const BELOW: u32 = max(u32(HIGH), 1u);

fn number(at: u32) -> f32 { return bitcast<f32>(tables[at]); }

fn layer_at(h: u32) -> Layer {
  let at = h * LAYER_WORDS;
  return Layer(
    number(at), number(at + 1), number(at + 2), number(at + 3), number(at + 4),
    number(at + 5), number(at + 6), number(at + 7), number(at + 8),
  );
}

// K and K' of four elements; see network_activation.wgsl.
struct Kappa {
  k: vec4f,
  k_dot: vec4f,
}

fn activate(layer: Layer, s: vec4f, lambda_x: vec4f, lambda_z: vec4f) -> Kappa {
  let product = lambda_x * lambda_z;
  if (KIND == GAUSSIAN) {
    let inverse = select(1.0 / product, vec4f(0.0), product < vec4f(TINY));
    let distance = (product - s) * inverse;
    // Equal images have c = 1; c counts as 0 where the product is.
    let near = select(distance, vec4f(0.0), abs(distance) < vec4f(SNAP));
    let e = exp(-layer.shape * select(near, vec4f(1.0), product < vec4f(TINY)));
    return Kappa(product * e, layer.shape * e);
  }
  if (KIND == ERF) {
    let scale = layer.sigma_scale;
    let snapped = product - abs(s) < SNAP * product;
    let size = scale * select(abs(s), product, snapped);
    let a = 2.0 * scale * lambda_x * lambda_x;
    let b = 2.0 * scale * lambda_z * lambda_z;
    let root = sqrt((1.0 + a) * (1.0 + b));
    // (1+2a)(1+2b) - 4 sigma^2 as a sum of what is not negative.
    let rest = 1.0 + a + b + 4.0 * max(vec4f(0.0), scale * product - size) * (scale * product + size);
    let ratio = 2.0 * size / root;
    let complement = rest / (root * (root + 2.0 * size));
    let arc = vec4f(
      arcsine(ratio.x, complement.x),
      arcsine(ratio.y, complement.y),
      arcsine(ratio.z, complement.z),
      arcsine(ratio.w, complement.w),
    );
    return Kappa(sign(s) * layer.k_scale * TWO_OVER_PI * arc, 2.0 * TWO_OVER_PI / sqrt(rest));
  }
  let arc = arc_cosine(s, product, SNAP);
  if (KIND != LEAKY) { return Kappa(arc.kappa1, arc.kappa0); }
  let slope = layer.shape;
  let mix = (1.0 - slope) * (1.0 - slope);
  let norm = 1.0 / (1.0 + slope * slope);
  let snapped = product - abs(s) < SNAP * product;
  let size = select(s, sign(s) * product, snapped);
  return Kappa(norm * (mix * arc.kappa1 + 2.0 * slope * size), norm * (mix * arc.kappa0 + 2.0 * slope));
}

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

// A row of parts: the even columns and the odd ones, or both summed.
fn store_parts(at: u32, k: vec4f, t: vec4f, odd: bool) {
  sigma_result[at] = k.xz + select(k.yw, vec2f(0.0), odd);
  theta_result[at] = t.xz + select(t.yw, vec2f(0.0), odd);
  if (odd) {
    sigma_result[at + QUADS] = k.yw;
    theta_result[at + QUADS] = t.yw;
  }
}

@compute @workgroup_size(PLANE_LANES * PLANES)
fn main(
  @builtin(local_invocation_index) lane: u32,
  @builtin(subgroup_invocation_id) subgroup_lane: u32,
  @builtin(workgroup_id) workgroup: vec3u,
) {
  let row_lane = lane % ROW_LANES;
  let strip = lane / ROW_LANES % STRIPS;
  let top = strip * ROWS;
  let first_quad = row_lane * COLUMN_QUADS;
  let index = (params.first_group + workgroup.x) * PLANES + lane / PLANE_LANES;
  let live = index < params.planes;
  let plane = params.layers * LAYER_WORDS + min(index, params.planes - 1) * PLANE_WORDS;
  let d = vec2u(tables[plane], tables[plane + 1]);
  let slot = vec2u(tables[plane + 2], tables[plane + 3]);
  let pair_index = workgroup.y;
  let pair = pairs[pair_index];

  let x_stride = (HEIGHT + 1u) * QUADS;
  let z_stride = SHIFTS * HEIGHT * Z_QUADS;
  let x_base = pair.x * params.fields * x_stride;
  let z_base = (pair.z * params.fields * SHIFTS + d.x % 4) * HEIGHT * Z_QUADS + d.x / 4;

  // Cells right of the image or below it read the row of zeros.
  var quad: array<u32, COLUMN_QUADS>;
  var left_links: array<vec4f, COLUMN_QUADS * ABOVE>;
  var right_links: array<vec4f, COLUMN_QUADS * BELOW>;
  // unroll
  for (var v = 0u; v < COLUMN_QUADS; v++) {
    quad[v] = min(first_quad + v, QUADS - 1);
    // unroll
    for (var j = 1u; j <= LOW; j++) { left_links[(j - 1) * COLUMN_QUADS + v] = column_linked(4 * (first_quad + v), 0u - j, d.x); }
    // unroll
    for (var j = 1u; j <= HIGH; j++) { right_links[(j - 1) * COLUMN_QUADS + v] = column_linked(4 * (first_quad + v), j, d.x); }
  }

  var source_slots: array<u32, 6>;
  // unroll
  for (var j = 0u; j < SOURCE_PARTS; j++) {
    source_slots[j] = tables[plane + 4 + j];
    source_slots[3 + j] = tables[plane + 7 + j];
  }
  var sigma: array<vec4f, CELLS>;
  var theta: array<vec4f, CELLS>;
  for (var r = 0u; r < ROWS; r++) {
    let z_row = z_base + (top + r + d.y) % HEIGHT * Z_QUADS;
    // unroll
    for (var v = 0u; v < COLUMN_QUADS; v++) {
      let outside = !EXACT && (first_quad + v >= QUADS || top + r >= HEIGHT);
      var k = vec4f(0.0);
      var t = vec4f(0.0);
      if (SOURCE_PARTS == 0) {
        let x_row = x_base + select(top + r, HEIGHT, outside) * QUADS;
        for (var c = 0u; c < params.channels; c++) {
          k += x_fields[x_row + c * x_stride + quad[v]] * z_fields[z_row + c * z_stride + quad[v]];
        }
      } else {
        let y = min(top + r, HEIGHT - 1);
        // unroll
        for (var i = 0u; i < SOURCE_PARTS; i++) {
          let row = pair_index * params.source_rows + source_slots[3 + i] * HEIGHT + y;
          // unroll
          for (var j = 0u; j < SOURCE_PARTS; j++) {
            let at = (row * params.source_columns + source_slots[j]) * QUADS + quad[v];
            k += source_sigma[at];
            t += source_theta[at];
          }
        }
        k *= select(params.source_gain, 0.0, outside);
        t *= select(params.source_theta_gain, 0.0, outside);
      }
      sigma[r * COLUMN_QUADS + v] = k;
      theta[r * COLUMN_QUADS + v] = t;
    }
  }

  for (var h = 0u; h < params.layers; h++) {
    let layer = layer_at(h);
    // Sums along rows.
    if (layer.windowed != 0.0) {
      for (var r = 0u; r < ROWS; r++) {
        let first = r * COLUMN_QUADS;
        let last = first + COLUMN_QUADS - 1;
        var k_before = vec4f(0.0);
        var t_before = vec4f(0.0);
        var k_after = vec4f(0.0);
        var t_after = vec4f(0.0);
        // unroll
        for (var j = 1u; j <= LOW; j++) {
          let value = lane_before(vec2f(sigma[last][4 - j], theta[last][4 - j]), row_lane, ROW_LANES, subgroup_lane);
          k_before[4 - j] = value.x;
          t_before[4 - j] = value.y;
        }
        // unroll
        for (var j = 1u; j <= HIGH; j++) {
          let value = lane_after(vec2f(sigma[first][j - 1], theta[first][j - 1]), row_lane, ROW_LANES, subgroup_lane);
          k_after[j - 1] = value.x;
          t_after[j - 1] = value.y;
        }
        // unroll
        for (var v = 0u; v < COLUMN_QUADS; v++) {
          let k = sigma[first + v];
          let t = theta[first + v];
          var k_next = k_after;
          var t_next = t_after;
          if (v + 1 < COLUMN_QUADS) {
            k_next = sigma[first + v + 1];
            t_next = theta[first + v + 1];
          }
          var k_sum = k;
          var t_sum = t;
          // unroll
          for (var j = 1u; j <= LOW; j++) {
            let linked = left_links[(j - 1) * COLUMN_QUADS + v];
            k_sum += from_left(k_before, k, j) * linked;
            t_sum += from_left(t_before, t, j) * linked;
          }
          // unroll
          for (var j = 1u; j <= HIGH; j++) {
            let linked = right_links[(j - 1) * COLUMN_QUADS + v];
            k_sum += from_right(k, k_next, j) * linked;
            t_sum += from_right(t, t_next, j) * linked;
          }
          sigma[first + v] = k_sum;
          theta[first + v] = t_sum;
          k_before = k;
          t_before = t;
        }
      }
    }

    // Sums along columns, weights and the activation.
    let x_layer = x_base + (params.channels + h) * x_stride;
    let z_layer = z_base + (params.channels + h) * z_stride;
    // unroll
    for (var v = 0u; v < COLUMN_QUADS; v++) {
      // The rows above row r, the farthest first, and those below the strip, the nearest first.
      var k_above: array<vec4f, ABOVE>;
      var t_above: array<vec4f, ABOVE>;
      var k_below: array<vec4f, BELOW>;
      var t_below: array<vec4f, BELOW>;
      // unroll
      for (var j = 0u; j < LOW; j++) {
        k_above[j] = strip_above(sigma[(ROWS - LOW + j) * COLUMN_QUADS + v], strip, subgroup_lane);
        t_above[j] = strip_above(theta[(ROWS - LOW + j) * COLUMN_QUADS + v], strip, subgroup_lane);
      }
      // unroll
      for (var j = 0u; j < HIGH; j++) {
        k_below[j] = strip_below(sigma[j * COLUMN_QUADS + v], strip, subgroup_lane);
        t_below[j] = strip_below(theta[j * COLUMN_QUADS + v], strip, subgroup_lane);
      }
      for (var r = 0u; r < ROWS; r++) {
        let cell = r * COLUMN_QUADS + v;
        let k = sigma[cell];
        let t = theta[cell];
        var k_sum = k;
        var t_sum = t;
        // unroll
        for (var j = 0u; j < LOW; j++) {
          let linked = layer.windowed * row_linked(top + r, j - LOW, d.y);
          k_sum += k_above[j] * linked;
          t_sum += t_above[j] * linked;
        }
        // unroll
        for (var j = 1u; j <= HIGH; j++) {
          let linked = layer.windowed * row_linked(top + r, j, d.y);
          let beyond = min(r + j - min(r + j, u32(ROWS)), BELOW - 1);
          var k_next = k_below[beyond];
          var t_next = t_below[beyond];
          if (r + j < ROWS) {
            k_next = sigma[cell + j * COLUMN_QUADS];
            t_next = theta[cell + j * COLUMN_QUADS];
          }
          k_sum += k_next * linked;
          t_sum += t_next * linked;
        }
        // unroll
        for (var j = 1u; j < LOW; j++) {
          k_above[j - 1] = k_above[j];
          t_above[j - 1] = t_above[j];
        }
        k_above[ABOVE - 1] = k;
        t_above[ABOVE - 1] = t;

        let s = layer.gain * k_sum + layer.bias;
        let u = layer.gain * t_sum + layer.trained * s;
        var x_row = top + r;
        if (!EXACT) { x_row = select(min(top + r, HEIGHT), HEIGHT, first_quad + v >= QUADS); }
        let lambda_x = x_fields[x_layer + x_row * QUADS + quad[v]];
        let lambda_z = z_fields[z_layer + (top + r + d.y) % HEIGHT * Z_QUADS + quad[v]];
        let kappa = activate(layer, s, lambda_x, lambda_z);
        sigma[cell] = kappa.k;
        theta[cell] = layer.theta_scale * kappa.k_dot * u;
        // Some layer of this run has no activation.
        if (LINEAR == 1) {
          sigma[cell] = select(s, sigma[cell], layer.activated == 1.0);
          theta[cell] = select(u, theta[cell], layer.activated == 1.0);
        }
      }
    }
  }

  if (SINK == SUMS) {
    var sum = vec2f(0.0);
    // unroll
    for (var v = 0u; v < COLUMN_QUADS; v++) {
      var k_sum = vec4f(0.0);
      var t_sum = vec4f(0.0);
      for (var r = 0u; r < ROWS; r++) {
        let inside = select(0.0, 1.0, EXACT || (first_quad + v < QUADS && top + r < HEIGHT));
        k_sum += inside * sigma[r * COLUMN_QUADS + v];
        t_sum += inside * theta[r * COLUMN_QUADS + v];
      }
      sum += vec2f(dot(k_sum, vec4f(1.0)), dot(t_sum, vec4f(1.0)));
    }
    for (var step = 1u; step < PLANE_LANES; step *= 2) { sum += subgroupShuffleXor(sum, step); }
    if (lane % PLANE_LANES == 0 && live) { sigma_result[pair_index * params.planes + index] = sum; }
    return;
  }
  if (!live) { return; }
  if (SINK == PARTS) {
    for (var r = 0u; r < ROWS; r += 2) {
      let row = pair_index * params.result_rows + slot.y * (HEIGHT / 2) + (top + r) / 2;
      // unroll
      for (var v = 0u; v < COLUMN_QUADS; v++) {
        if (EXACT || (first_quad + v < QUADS && top + r < HEIGHT)) {
          let at = (row * params.result_columns + slot.x) * QUADS + quad[v];
          let even = r * COLUMN_QUADS + v;
          let odd = min(even + COLUMN_QUADS, CELLS - 1);
          let next = at + HEIGHT / 2 * params.result_columns * QUADS;
          let apart = d.y % 2 == 1;
          let k = sigma[even] + select(sigma[odd], vec4f(0.0), apart);
          let t = theta[even] + select(theta[odd], vec4f(0.0), apart);
          store_parts(at, k, t, d.x % 2 == 1);
          if (apart) { store_parts(next, sigma[odd], theta[odd], d.x % 2 == 1); }
        }
      }
    }
    return;
  }
  for (var r = 0u; r < ROWS; r++) {
    let row = pair_index * params.result_rows + slot.y * HEIGHT + top + r;
    // unroll
    for (var v = 0u; v < COLUMN_QUADS; v++) {
      if (EXACT || (first_quad + v < QUADS && top + r < HEIGHT)) {
        let at = (row * params.result_columns + slot.x) * 2 * QUADS + 2 * quad[v];
        let k = sigma[r * COLUMN_QUADS + v];
        sigma_result[at] = k.xy;
        sigma_result[at + 1] = k.zw;
        let t = theta[r * COLUMN_QUADS + v];
        theta_result[at] = t.xy;
        theta_result[at + 1] = t.zw;
      }
    }
  }
}
