// variance[i][0](p) = patch(sum_c x_c^2)(p),   variance[i][h](p) = GAIN patch(variance[i][h-1])(p)
//
// The diagonal of the self-recursion: c = 1 exactly, so K = variance / 9 and nothing else of a pair (x, x) is needed.
// One dispatch per layer. The sums run in the order of the plane kernel, so that equal patches give equal values.

import constants::HEIGHT;
import constants::WIDTH;
import constants::GAIN;

struct Params {
  layer: u32,
  images: u32,
  channels: u32,
  layers: u32,
}

@group(0) @binding(0) var<storage, read> images: array<f32>;
@group(0) @binding(1) var<storage, read_write> variance: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

const PIXELS: u32 = HEIGHT * WIDTH;

fn source(image: u32, y: u32, x: u32) -> f32 {
  let p = y * WIDTH + x;
  if (params.layer > 0) {
    return GAIN * variance[(image * params.layers + params.layer - 1) * PIXELS + p];
  }
  var sum = 0.0;
  for (var c = 0u; c < params.channels; c++) {
    let value = images[(image * params.channels + c) * PIXELS + p];
    sum += value * value;
  }
  return sum;
}

fn row_sum(image: u32, y: u32, x: u32) -> f32 {
  var left = 0.0;
  if (x > 0) { left = source(image, y, x - 1); }
  var right = 0.0;
  if (x + 1 < WIDTH) { right = source(image, y, x + 1); }
  return left + source(image, y, x) + right;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let image = id.y;
  let p = id.x;
  if (p >= PIXELS || image >= params.images) { return; }
  let y = p / WIDTH;
  let x = p % WIDTH;
  var above = 0.0;
  if (y > 0) { above = row_sum(image, y - 1, x); }
  var below = 0.0;
  if (y + 1 < HEIGHT) { below = row_sum(image, y + 1, x); }
  variance[(image * params.layers + params.layer) * PIXELS + p] = above + row_sum(image, y, x) + below;
}
