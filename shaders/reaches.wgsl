// reaches[i][tap] = sqrt((1 - nearness(h)) GAIN sum_p weight(p) variance[i][h](p))
//
// The sum is what the plane kernel sums up of K for an image with itself, on plane 0; tap = slot · readouts + readout, h is
// the layer of the slot. Two images are nearly proportional, c > 1 - nearness, where their K is above the product of both
// reaches. Deep layers bring all images together, to 1 - c of about 44 / h^2; what is meant here is nearer.

import package::shared::plane::window_overlap;
import constants::HEIGHT;
import constants::WIDTH;
import constants::GAIN;

struct Params {
  images: u32,
  layers: u32,
  readouts: u32,
  taps: u32,
}

@group(0) @binding(0) var<storage, read> variance: array<f32>;
@group(0) @binding(1) var<storage, read> radii: array<u32>;
@group(0) @binding(2) var<storage, read> layer_slots: array<i32>;
@group(0) @binding(3) var<storage, read_write> reaches: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let image = id.x;
  let h = id.y;
  let slot = layer_slots[h];
  if (image >= params.images || slot < 0) { return; }
  for (var readout = 0u; readout < params.readouts; readout++) {
    let radius = radii[readout];
    var sum = 0.0;
    for (var y = 0u; y < HEIGHT; y++) {
      var row = 0.0;
      for (var x = 0u; x < WIDTH; x++) {
        row += window_overlap(x, x, radius, WIDTH) * variance[((image * params.layers + h) * HEIGHT + y) * WIDTH + x];
      }
      sum += window_overlap(y, y, radius, HEIGHT) * row;
    }
    reaches[image * params.taps + u32(slot) * params.readouts + readout] = sqrt((1.0 - nearness(h)) * GAIN * sum);
  }
}

fn nearness(h: u32) -> f32 { return min(0.01, 16.0 / f32((h + 1) * (h + 1))); }
