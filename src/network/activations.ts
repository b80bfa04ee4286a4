import type { Activation } from './layers.js';

const { abs, acos, asin, exp, max, min, PI, sqrt } = Math;

/** K = E[φ(u)φ(v)] and K̇ = E[φ′(u)φ′(v)] = ∂K/∂Σ for Gaussian u, v. */
export interface Kappa {
  readonly k: number;
  readonly kDot: number;
}

/**
 * An activation on one element, by its definition in float64. All are normalised so that relu keeps variances.
 *
 * With m = √(ab), c = Σ/m, θ = arccos c: leaky relu with slope s has K = m((1−s)² k₁ + 2 s c)/(1+s²), where
 * k₁ = (√(1−c²) + c(π−θ))/π and k₀ = (π−θ)/π (Cho and Saul 2009); gaussian K = m e^{γ(c−1)} (Shankar et al. 2020);
 * erf K = (2/π) arcsin(2Σ/√((1+2a)(1+2b))) (Williams 1997).
 *
 * @param a, b the variances Σ_xx(p,p) and Σ_zz(q,q); m = 0 (a black patch) counts as c = 0
 */
export function activate(layer: Activation, sigma: number, a: number, b: number): Kappa {
  if (layer.layer === 'identity') return { k: sigma, kDot: 1 };
  if (layer.layer === 'erf') {
    const product = (1 + 2 * a) * (1 + 2 * b);
    return {
      k: (2 / PI) * asin((2 * sigma) / sqrt(product)),
      kDot: 4 / PI / sqrt(product - 4 * sigma * sigma),
    };
  }
  // One root of the product, not a product of roots: for equal images it gives back the variance and so c = 1 exactly.
  const m = sqrt(a * b);
  const c = m === 0 ? 0 : max(-1, min(1, sigma / m));
  if (layer.layer === 'gaussian') {
    const gamma = layer.gamma ?? 1;
    const e = exp(gamma * (c - 1));
    return { k: m * e, kDot: gamma * e };
  }
  const slope = layer.slope ?? 0;
  const k0 = 1 - acos(c) / PI;
  const k1 = sqrt(1 - c * c) / PI + c * k0;
  const mix = (1 - slope) ** 2;
  const scale = 1 / (1 + slope * slope);
  return { k: scale * m * (mix * k1 + 2 * slope * c), kDot: scale * (mix * k0 + 2 * slope) };
}

/** K of an element with itself: what `activate` gives for Σ = a = b, without the roundings of c. */
export function activateVariance(layer: Activation, a: number): number {
  return layer.layer === 'erf' ? (2 / PI) * asin((2 * a) / (1 + 2 * abs(a))) : a;
}
