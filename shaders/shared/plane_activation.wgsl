// A layer of the fused plane kernels of networks, and its activation; see network_activation.wgsl for the equations.

import package::shared::arc_cosine::{arc_cosine, SNAP, TINY};
import package::shared::arcsine::arcsine;
import constants::KIND;

const LEAKY = 1;
const GAUSSIAN = 2;
const ERF = 3;
const TWO_OVER_PI = 0.6366197723675814;

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

// K and K' of four elements.
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
  // (1-s)^2 + 2s = 1 + s^2: in this form equal patches keep their variance to the last bit, through any number of layers.
  let slope = layer.shape;
  let share = (1.0 - slope) * (1.0 - slope) / (1.0 + slope * slope);
  let snapped = product - abs(s) < SNAP * product;
  let size = select(s, sign(s) * product, snapped);
  return Kappa(size + share * (arc.kappa1 - size), 1.0 - share * (1.0 - arc.kappa0));
}
