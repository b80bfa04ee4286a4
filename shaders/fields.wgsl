// Lays out what the plane kernel reads of an image: its pixels, then lambda_h = sqrt(variance_h), each called a field.
//
//   x_fields[i][f][y][t]    = field_f(y, 4t .. 4t+3),             zero beyond the image
//   z_fields[i][f][s][y][t] = field_f(y, (4t+s .. 4t+s+3) mod W)   shifted by s and doubled: q = p + d wraps around
//
// With the four shifted copies every displacement reads aligned vec4s.

import constants::HEIGHT;
import constants::WIDTH;
import constants::SHIFTS;

struct Params {
  images: u32,
  channels: u32,
  layers: u32,
}

@group(0) @binding(0) var<storage, read> images: array<f32>;
@group(0) @binding(1) var<storage, read> variance: array<f32>;
@group(0) @binding(2) var<storage, read_write> x_fields: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> z_fields: array<vec4f>;
@group(0) @binding(4) var<uniform> params: Params;

const PIXELS: u32 = HEIGHT * WIDTH;
const QUADS: u32 = (WIDTH + 3) / 4;
const Z_QUADS: u32 = 2 * QUADS;

fn field(image: u32, f: u32, y: u32, x: u32) -> f32 {
  let p = y * WIDTH + x;
  if (f < params.channels) {
    return images[(image * params.channels + f) * PIXELS + p];
  }
  return sqrt(variance[(image * params.layers + f - params.channels) * PIXELS + p]);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let fields = params.channels + params.layers;
  let f = id.y;
  let image = id.z;
  if (id.x >= SHIFTS * HEIGHT * Z_QUADS) { return; }
  let t = id.x % Z_QUADS;
  let y = id.x / Z_QUADS % HEIGHT;
  let shift = id.x / (Z_QUADS * HEIGHT);

  let x = vec4u(0, 1, 2, 3) + 4 * t + shift;
  let wrapped = vec4f(
    field(image, f, y, x[0] % WIDTH),
    field(image, f, y, x[1] % WIDTH),
    field(image, f, y, x[2] % WIDTH),
    field(image, f, y, x[3] % WIDTH),
  );
  z_fields[(((image * fields + f) * SHIFTS + shift) * HEIGHT + y) * Z_QUADS + t] = wrapped;
  if (shift == 0 && t < QUADS) {
    let row = (image * fields + f) * (HEIGHT + 1);
    x_fields[(row + y) * QUADS + t] = select(vec4f(0.0), wrapped, x < vec4u(WIDTH));
    // The row below the image stands for every row that a strip has and the image has not.
    if (y == 0) { x_fields[(row + HEIGHT) * QUADS + t] = vec4f(0.0); }
  }
}
