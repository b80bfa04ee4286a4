import { arcCosine, SNAP, TINY } from './arc_cosine.js';
import { arcsine } from './arcsine.js';

/** Values of the parameter `kind`. */
export const KINDS = { relu: 0, gaussian: 1, erf: 2 } as const;
export type ActivationKind = keyof typeof KINDS;

export interface ActivationElement {
  readonly kind: ActivationKind;
  /** Slope of relu, γ of gaussian. */
  readonly shape: number;
  readonly sigmaScale: number;
  readonly kScale: number;
  /** SNAP as in the shader; 0 for the exact function. */
  readonly snap?: number;
}

/** Float64 mirror of one element: K and K̇. */
export function mirrorElement(
  { kind, shape, sigmaScale, kScale, snap = SNAP }: ActivationElement,
  s: number,
  a: number,
  b: number,
): { k: number; kDot: number } {
  const { abs, exp, max, sqrt, PI } = Math;
  const product = sqrt(a * b);
  const m = product - abs(s) < snap * product ? abs(s) : product;
  if (kind === 'relu') {
    const { kappa1, kappa0 } = arcCosine(s, m, snap);
    const mix = (1 - shape) ** 2;
    const norm = 1 + shape * shape;
    return { k: (mix * kappa1 + 2 * shape * s) / norm, kDot: (mix * kappa0 + 2 * shape) / norm };
  }
  if (kind === 'gaussian') {
    const e = exp(-shape * (m < TINY ? 1 : (m - s) / m));
    return { k: m * e, kDot: shape * e };
  }
  const size = sigmaScale * abs(s);
  const root = sqrt((1 + 2 * sigmaScale * a) * (1 + 2 * sigmaScale * b));
  const rest = 1 + 2 * sigmaScale * (a + b) + 4 * max(0, sigmaScale * m - size) * (sigmaScale * m + size);
  const arc = arcsine((2 * size) / root, rest / (root * (root + 2 * size)));
  return { k: Math.sign(s) * kScale * (2 / PI) * arc, kDot: 4 / PI / sqrt(rest) };
}
