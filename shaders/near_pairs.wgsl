// Plane 0 of pairs whose features are nearly proportional, once more, without the cancellation of m - sigma.
//
//   d = sum_c (v x_c - w z_c)^2 / 2,  T = theta0 sum_c x_c z_c           on plane 0, v and w: both images of one length
//   for h = 1 .. L:  d = patch(d),  theta = patch(T),  a = v lambda_x^h,  b = w lambda_z^h
//                    d = GAIN distance(d, a, b),  U = GAIN kappa0 theta,  T = U + GAIN kappa1 / (v w)
//   partial_sums[row][column][0][tap].y = sum weight U,  at every tap where K > reach_x reach_z (see reaches.wgsl)
//
// Sums of squared distances have only positive terms: nothing cancels, and an angle keeps its relative accuracy, where that
// of the plane kernel is off by 1e-7 over itself. It runs after the plane kernel, whose K tells which pairs are near. A
// workgroup looks at 64 columns of WALK rows at a time; all of its lanes then compute each near pair. Equal images are left
// as they are.

import package::shared::arc_distance::arc_distance;
import package::shared::plane::window_overlap;
import constants::HEIGHT;
import constants::WIDTH;
import constants::SHIFTS;
import constants::GAIN;

struct Params {
  channels: u32,
  layers: u32,
  readouts: u32,
  taps: u32,
  theta0: f32,
  groups: u32,
  first_row: u32, // of the pairs: images of x from here on
  first_column: u32,
  rows: u32,
  columns: u32,
  triangle: u32, // 1: x and z are the same images, and only pairs with column <= row are wanted
}

@group(0) @binding(0) var<storage, read> x_fields: array<f32>;
@group(0) @binding(1) var<storage, read> z_fields: array<f32>;
@group(0) @binding(2) var<storage, read> x_reaches: array<f32>;
@group(0) @binding(3) var<storage, read> z_reaches: array<f32>;
@group(0) @binding(4) var<storage, read> radii: array<u32>;
@group(0) @binding(5) var<storage, read> layer_slots: array<i32>;
@group(0) @binding(6) var<storage, read_write> partial_sums: array<vec2f>;
@group(0) @binding(7) var<storage, read_write> scratch: array<f32>;
@group(0) @binding(8) var<uniform> params: Params;

const LANES: u32 = 64;
const WALK: u32 = 16;
const PIXELS: u32 = HEIGHT * WIDTH;
const X_WIDTH: u32 = (WIDTH + 3) / 4 * 4;
const Z_WIDTH: u32 = 2 * X_WIDTH;

var<workgroup> sh_near: array<u32, LANES * WALK>;
var<workgroup> sh_count: atomic<u32>;
var<workgroup> sh_total: u32;
var<workgroup> sh_sums: array<f32, LANES>;

@compute @workgroup_size(LANES)
fn main(
  @builtin(local_invocation_index) lane: u32,
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
) {
  let across = (params.columns + LANES - 1) / LANES;
  let blocks = across * ((params.rows + WALK - 1) / WALK);
  for (var index = workgroup.x; index < blocks; index += workgroups.x) {
    if (lane == 0) { atomicStore(&sh_count, 0); }
    workgroupBarrier();
    find_near(index / across * WALK, index % across * LANES + lane);
    workgroupBarrier();
    if (lane == 0) { sh_total = atomicLoad(&sh_count); }
    let total = workgroupUniformLoad(&sh_total);
    // In any order: the pairs have nothing to do with each other.
    for (var k = 0u; k < total; k++) { correct(workgroupUniformLoad(&sh_near[k]), lane, workgroup.x * 5 * PIXELS); }
  }
}

// The near pairs of a column, WALK rows of it. A bit for each row: most have none, and without branches they are quick.
fn find_near(first: u32, column: u32) {
  if (column >= params.columns) { return; }
  let z = params.first_column + column;
  let rows = min(WALK, params.rows - first);
  var near = 0u;
  for (var tap = 0u; tap < params.taps; tap++) {
    let z_reach = z_reaches[z * params.taps + tap];
    for (var r = 0u; r < rows; r++) {
      let k = partial_sums[((first + r) * params.columns + column) * params.groups * params.taps + tap].x;
      let x_reach = x_reaches[(params.first_row + first + r) * params.taps + tap];
      near |= select(0u, 1u << r, k > x_reach * z_reach);
    }
  }
  while (near != 0) {
    let r = firstTrailingBit(near);
    near &= near - 1;
    // Of a triangle neither an image with itself nor what is not wanted.
    if (params.triangle == 1 && z >= params.first_row + first + r) { continue; }
    sh_near[atomicAdd(&sh_count, 1)] = (first + r) * params.columns + column;
  }
}

fn correct(pair: u32, lane: u32, base: u32) {
  let x = params.first_row + pair / params.columns;
  let z = params.first_column + pair % params.columns;
  let x_base = x * (params.channels + params.layers) * (HEIGHT + 1) * X_WIDTH;
  let z_base = z * (params.channels + params.layers) * SHIFTS * HEIGHT * Z_WIDTH;
  // Of one length, and the same whichever of the two is x.
  let x_reach = x_reaches[x * params.taps];
  let z_reach = z_reaches[z * params.taps];
  let of_x = sqrt(z_reach / x_reach);
  let of_z = sqrt(x_reach / z_reach);
  let unit = GAIN / (of_x * of_z);
  let distances = base;
  let thetas = base + PIXELS;
  let distance_rows = base + 2 * PIXELS;
  let theta_rows = base + 3 * PIXELS;
  let sums = base + 4 * PIXELS;

  if (lane == 0) { atomicStore(&sh_count, 0); }
  workgroupBarrier();
  for (var p = lane; p < PIXELS; p += LANES) {
    var distance = 0.0;
    var product = 0.0;
    for (var c = 0u; c < params.channels; c++) {
      let x_value = x_fields[x_base + at_x(c, p)];
      let z_value = z_fields[z_base + at_z(c, p)];
      let apart = of_x * x_value - of_z * z_value;
      distance += apart * apart;
      product += x_value * z_value;
    }
    scratch[distances + p] = 0.5 * distance;
    scratch[thetas + p] = params.theta0 * product;
    if (distance > 0.0) { atomicStore(&sh_count, 1); }
  }
  workgroupBarrier();
  if (lane == 0) { sh_total = atomicLoad(&sh_count); }
  if (workgroupUniformLoad(&sh_total) == 0) { return; }

  for (var h = 0u; h < params.layers; h++) {
    storageBarrier();
    for (var p = lane; p < PIXELS; p += LANES) {
      let x_here = p % WIDTH;
      var distance = scratch[distances + p];
      var theta = scratch[thetas + p];
      if (x_here > 0) {
        distance += scratch[distances + p - 1];
        theta += scratch[thetas + p - 1];
      }
      if (x_here + 1 < WIDTH) {
        distance += scratch[distances + p + 1];
        theta += scratch[thetas + p + 1];
      }
      scratch[distance_rows + p] = distance;
      scratch[theta_rows + p] = theta;
    }
    storageBarrier();
    for (var p = lane; p < PIXELS; p += LANES) {
      var distance = scratch[distance_rows + p];
      var theta = scratch[theta_rows + p];
      if (p >= WIDTH) {
        distance += scratch[distance_rows + p - WIDTH];
        theta += scratch[theta_rows + p - WIDTH];
      }
      if (p + WIDTH < PIXELS) {
        distance += scratch[distance_rows + p + WIDTH];
        theta += scratch[theta_rows + p + WIDTH];
      }
      let lambda_x = x_fields[x_base + at_x(params.channels + h, p)];
      let lambda_z = z_fields[z_base + at_z(params.channels + h, p)];
      let kappa = arc_distance(distance, of_x * lambda_x, of_z * lambda_z);
      let u = GAIN * kappa.kappa0 * theta;
      scratch[distances + p] = GAIN * kappa.distance;
      scratch[thetas + p] = u + unit * kappa.kappa1;
      scratch[sums + p] = u;
    }

    let slot = layer_slots[h];
    if (slot >= 0) {
      for (var readout = 0u; readout < params.readouts; readout++) {
        let radius = radii[readout];
        var sum = 0.0;
        for (var p = lane; p < PIXELS; p += LANES) {
          let row = p / WIDTH;
          let column = p % WIDTH;
          sum += window_overlap(row, row, radius, HEIGHT) * window_overlap(column, column, radius, WIDTH) * scratch[sums + p];
        }
        sh_sums[lane] = sum;
        workgroupBarrier();
        let tap = u32(slot) * params.readouts + readout;
        let at = pair * params.groups * params.taps + tap;
        let is_near = partial_sums[at].x > x_reaches[x * params.taps + tap] * z_reaches[z * params.taps + tap];
        if (lane == 0 && is_near) { partial_sums[at].y = lane_sum(); }
        workgroupBarrier();
      }
    }
  }
}

// Blocks of 8 lanes first.
fn lane_sum() -> f32 {
  var sum = 0.0;
  for (var first = 0u; first < LANES; first += 8) {
    var block = 0.0;
    for (var i = first; i < first + 8; i++) { block += sh_sums[i]; }
    sum += block;
  }
  return sum;
}

fn at_x(field: u32, p: u32) -> u32 { return (field * (HEIGHT + 1) + p / WIDTH) * X_WIDTH + p % WIDTH; }

fn at_z(field: u32, p: u32) -> u32 { return (field * SHIFTS * HEIGHT + p / WIDTH) * Z_WIDTH + p % WIDTH; }
