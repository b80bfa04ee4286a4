// arcsin(s) for s in [0, 1], given its complement 1 - s as well: near 1 the complement decides, and who calls knows it
// better than s tells. No built-in function: their error is not bounded tightly enough.

// arcsin(s) = s + s^3 P(s^2) on [0, 1/2], relative error 5e-9.
const P0 = 0.16666752482023633;
const P1 = 0.0749529764378117;
const P2 = 0.04547037580942739;
const P3 = 0.0241795155774924;
const P4 = 0.04216630677932308;
const HALF_PI = 1.5707963267948966;

fn arcsine_of_half(s: f32) -> f32 {
  let z = s * s;
  return s + s * z * (P0 + z * (P1 + z * (P2 + z * (P3 + z * P4))));
}

fn arcsine(s: f32, complement: f32) -> f32 {
  if (s <= 0.5) { return arcsine_of_half(s); }
  return HALF_PI - 2.0 * arcsine_of_half(sqrt(0.5 * complement));
}
