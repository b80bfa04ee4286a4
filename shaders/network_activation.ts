import type { ShaderContract } from './contract.js';
import { wgsl } from './linked/network_activation.js';
import { arcCosine, SNAP, TINY } from './shared/arc_cosine.js';
import { arcsine } from './shared/arcsine.js';

/** Activations of the general executor: one element of Σ and, where there is one, of Θ. */
export const contract: ShaderContract = {
  name: 'network_activation',
  wgsl,
  equation: 'sigma ← K(sigma, a, b);  theta ← theta_scale K̇ theta;  a = x_variance(p), b = z_variance(q)',
  bindings: [
    { name: 'x_variance', access: 'read', shape: '[Nx][H][W] f32' },
    { name: 'z_variance', access: 'read', shape: '[Nz][H][W] f32' },
    { name: 'pairs', access: 'read', shape: '[pairs] vec2u: image of x, image of z' },
    { name: 'rows', access: 'read', shape: '[row_elements] vec2u (p, q)' },
    { name: 'columns', access: 'read', shape: '[column_elements] vec2u (p, q)' },
    { name: 'sigma', access: 'read_write', shape: '[pairs][row_elements][column_elements] f32, in place' },
    { name: 'theta', access: 'read_write', shape: 'as sigma, in place; anything if has_theta is 0' },
  ],
  params: {
    count: 'u32',
    row_elements: 'u32',
    column_elements: 'u32',
    height: 'u32',
    width: 'u32',
    kind: 'u32',
    shape: 'f32',
    sigma_scale: 'f32',
    k_scale: 'f32',
    theta_scale: 'f32',
    has_theta: 'u32',
  },
  constants: [],
  workgroups: '⌈count/64⌉ in all, in one or two dimensions',
  errorBound: 'K 1e-6·m (erf: 1e-6·|K| and 1e-6·K̇ |Σ|); K̇ 1e-6 where |c| ≤ 0.9, growing as 1e-7/√(1−c²)',
};

export const variants = [{}];

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

export interface NetworkActivation extends ActivationElement {
  readonly xVariance: ArrayLike<number>; // [Nx][H][W]
  readonly zVariance: ArrayLike<number>; // [Nz][H][W]
  readonly pairs: readonly (readonly [number, number])[];
  readonly rows: readonly (readonly [number, number])[]; // (p, q)
  readonly columns: readonly (readonly [number, number])[]; // (p, q)
  readonly height: number;
  readonly width: number;
  readonly thetaScale: number;
}

/** Float64 mirror, in place. sigma, theta: [pairs][row_elements][column_elements]. */
export function mirror(input: NetworkActivation, sigma: Float64Array, theta?: Float64Array): void {
  const { xVariance, zVariance, pairs, rows, columns, height, width, thetaScale } = input;
  let element = 0;
  for (const [i, j] of pairs) {
    for (const [rowP, rowQ] of rows) {
      for (const [columnP, columnQ] of columns) {
        const a = xVariance[(i * height + rowP) * width + columnP];
        const b = zVariance[(j * height + rowQ) * width + columnQ];
        const { k, kDot } = mirrorElement(input, sigma[element], a, b);
        sigma[element] = k;
        if (theta) theta[element] *= thetaScale * kDot;
        element++;
      }
    }
  }
}
