import type { ShaderContract } from './contract.js';
import { wgsl } from './linked/network_activation.js';
import { mirrorElement, type ActivationElement } from './shared/element_activation.js';

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
    pairs: 'u32',
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
  constants: ['PAIRS'],
  workgroups: '⌈elements·⌈pairs/PAIRS⌉/64⌉ in all, elements of rows × columns, in one or two dimensions',
  errorBound: 'K 1e-6·m (erf: 1e-6·|K| and 1e-6·K̇ |Σ|); K̇ 1e-6 where |c| ≤ 0.9, growing as 1e-7/√(1−c²)',
};

export const variants = [{ PAIRS: 4 }];

export {
  KINDS,
  mirrorElement,
  type ActivationElement,
  type ActivationKind,
} from './shared/element_activation.js';

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
