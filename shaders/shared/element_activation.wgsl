// The activations of networks on one element; see network_activation.wgsl for the equations.

import package::shared::arc_cosine::{arc_cosine, SNAP, TINY};
import package::shared::arcsine::arcsine;

const RELU = 0u;
const GAUSSIAN = 1u;
const TWO_OVER_PI = 0.6366197723675814;

struct Activation {
  kind: u32, // RELU, GAUSSIAN, or ERF
  shape: f32, // slope or gamma
  sigma_scale: f32,
  k_scale: f32,
}

// sqrt(ab), and |sigma| where c = +-1, to the last bit: an image with itself then stays on its variances.
fn geometric_mean(s: f32, a: f32, b: f32) -> f32 {
  // Two roots cannot overflow; equal variances give back themselves.
  let product = select(sqrt(a) * sqrt(b), a, a == b);
  return select(product, abs(s), product - abs(s) < SNAP * product);
}

// K and dK/dsigma.
fn kappa(activation: Activation, s: f32, a: f32, b: f32) -> vec2f {
  let m = geometric_mean(s, a, b);
  if (activation.kind == RELU) {
    // (1-s)^2 + 2s = 1 + s^2: in this form equal patches keep their variance to the last bit, through any number of layers.
    let slope = activation.shape;
    let share = (1.0 - slope) * (1.0 - slope) / (1.0 + slope * slope);
    let arc = arc_cosine(vec4f(s), vec4f(m), SNAP);
    return vec2f(s + share * (arc.kappa1.x - s), 1.0 - share * (1.0 - arc.kappa0.x));
  }
  if (activation.kind == GAUSSIAN) {
    // 1 - c without its cancellation; c counts as 0 where m is.
    let distance = select((m - s) / m, 1.0, m < TINY);
    let e = exp(-activation.shape * distance);
    return vec2f(m * e, activation.shape * e);
  }
  let scale = activation.sigma_scale;
  let size = scale * abs(s);
  let product = sqrt((1.0 + 2.0 * scale * a) * (1.0 + 2.0 * scale * b));
  // (1+2a)(1+2b) - 4 sigma^2 as a sum of what is not negative.
  let rest = 1.0 + 2.0 * scale * (a + b) + 4.0 * max(0.0, scale * m - size) * (scale * m + size);
  let ratio = 2.0 * size / product;
  let arc = arcsine(ratio, rest / (product * (product + 2.0 * size)));
  return vec2f(sign(s) * activation.k_scale * TWO_OVER_PI * arc, 2.0 * TWO_OVER_PI / sqrt(rest));
}
