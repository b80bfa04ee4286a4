// The ReLU step for features that are nearly equal: on half their squared distance in place of their product.
//
// Of two vectors of lengths a and b, at an angle theta: d = |difference|^2 / 2 = (a^2 + b^2) / 2 - sigma, m = a b.
// Then e = m - sigma = d - (a - b)^2 / 2 has the relative accuracy of d, where a difference of m and sigma has none left,
// and so has the half squared distance after the step, (a - b)^2 / 2 + m - kappa1, as a sum of what is not negative:
//
//   u = 1 - cos(theta) = e / m,   r = sqrt(u):   m - kappa1 = e kappa0 + e r C(u),   C(u) = (A(u) - B(u)) / u

import package::shared::arc_cosine::{angle_series, sine_series, difference_series, SNAP, TINY};

struct ArcDistance {
  kappa1: f32, // (sqrt(m^2 - sigma^2) + sigma (pi - theta)) / pi
  kappa0: f32, // (pi - theta) / pi
  distance: f32, // (a^2 + b^2) / 2 - kappa1
}

fn arc_distance(d: f32, a: f32, b: f32) -> ArcDistance {
  let m = a * b;
  let apart = a - b;
  let lengths = 0.5 * apart * apart;
  // Lengths are rounded: what their difference leaves uncertain is no angle.
  let rest = d - lengths;
  let e = select(rest, 0.0, rest < SNAP * abs(apart) * max(a, b));
  if (m < TINY) { return ArcDistance(0.0, 1.0, lengths + m); }
  let sigma = m - e;
  let u = min(select(e, max(m + sigma, 0.0), sigma < 0.0) / m, 1.0);
  let r = sqrt(u);
  let angle = r * angle_series(u);
  let kappa0 = select(1.0 - angle, angle, sigma < 0.0);
  let kappa1 = max(sigma, -m) * kappa0 + m * r * sine_series(u);
  let closer = select(e * (kappa0 + r * difference_series(u)), m - kappa1, sigma < 0.0);
  return ArcDistance(kappa1, kappa0, lengths + closer);
}
