import { SNAP, TINY } from './arc_cosine.js';

// Looked up once: test runners with contexts of their own make every Math.x a slow lookup.
const { abs, asin, max, min, PI, sin, sqrt } = Math;

/** Float64 mirror of arc_distance.wgsl: one element. `snap` as in the shader by default; 0 for the exact function. */
export function arcDistance(
  d: number,
  a: number,
  b: number,
  snap = SNAP,
): { kappa1: number; kappa0: number; distance: number } {
  const m = a * b;
  const lengths = ((a - b) * (a - b)) / 2;
  const rest = d - lengths;
  const e = rest < snap * abs(a - b) * max(a, b) ? 0 : max(0, rest);
  if (m < TINY) return { kappa1: 0, kappa0: 1, distance: lengths + m };
  const theta = 2 * asin(sqrt(min(1, e / (2 * m))));
  const sine = sin(theta);
  const kappa0 = 1 - theta / PI;
  const kappa1 = max(m - e, -m) * kappa0 + (m * sine) / PI;
  // θ cos θ − sin θ cancels for small angles: its series there.
  const beyond = theta < 0.02 ? (theta ** 3 / 3) * (1 - theta ** 2 / 10) : sine - theta * (1 - e / m);
  return { kappa1, kappa0, distance: lengths + e - (m * beyond) / PI };
}
