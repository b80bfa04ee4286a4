// Looked up once: test runners with contexts of their own make every Math.x a slow lookup.
const { abs, asin, max, PI, sqrt } = Math;

/** Float64 mirror of arc_cosine.wgsl: one element. `snap` as in the shader; 0 for the exact function. */
export function arcCosine(sigma: number, m: number, snap = 0): { kappa1: number; kappa0: number } {
  const distance = m < TINY ? 0 : (m - abs(sigma)) / m;
  const snapped = distance < snap;
  const u = snapped ? 0 : max(0, distance);
  // arccos(1 - u), without the cancellation of 1 - u.
  const angle = (2 * asin(sqrt(u / 2))) / PI;
  const kappa0 = sigma < 0 ? angle : 1 - angle;
  if (snapped) return { kappa1: m * kappa0, kappa0 };
  return { kappa1: sigma * kappa0 + (m * sqrt(u * (2 - u))) / PI, kappa0 };
}

/** The shader's constants. */
export const TINY = 1e-37;
export const SNAP = 3.7e-7;
