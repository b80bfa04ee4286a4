// What all fused plane kernels of networks are given besides the fields of the images: pairs, layers, sizes.

import package::shared::plane_activation::Layer;
import constants::HEIGHT;
import constants::WIDTH;
import constants::SHIFTS;

const PARTS = 1; // values of SINK
const SUMS = 2;

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

@group(0) @binding(2) var<storage, read> pairs: array<Pair>;
@group(0) @binding(3) var<storage, read> tables: array<u32>; // layers, then planes
@group(0) @binding(8) var<uniform> params: Params;

const QUADS: u32 = (WIDTH + 3) / 4;
const Z_QUADS: u32 = 2 * QUADS;
const X_STRIDE: u32 = (HEIGHT + 1) * QUADS;
const Z_STRIDE: u32 = SHIFTS * HEIGHT * Z_QUADS;
const LAYER_WORDS = 9u;

fn number(at: u32) -> f32 { return bitcast<f32>(tables[at]); }

fn layer_at(h: u32) -> Layer {
  let at = h * LAYER_WORDS;
  return Layer(
    number(at), number(at + 1), number(at + 2), number(at + 3), number(at + 4),
    number(at + 5), number(at + 6), number(at + 7), number(at + 8),
  );
}
