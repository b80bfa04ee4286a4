import type { ShaderContract } from './contract.js';
import { wgsl } from './linked/network_variances.js';
import { windowSums } from './shared/window.js';

/** Variances of the activations of a run of the fused plane kernel. */
export const contract: ShaderContract = {
  name: 'network_variances',
  wgsl,
  equation:
    'variance[i][h] = gain Σ_w K(variance[i][h−1])(p + w) + bias, at h = 0 of what the run begins with',
  bindings: [
    {
      name: 'source',
      access: 'read',
      shape: '[N][C][H][W] f32 pixels, or [images][source_rows][source_columns][W] f32',
    },
    {
      name: 'slots',
      access: 'read',
      shape: '[6] u32: of plane 0 in the source, 3 along x, 3 along y or NO_SLOT',
    },
    { name: 'variance', access: 'read_write', shape: '[N][L][H][W] f32, layer h from layer h − 1' },
  ],
  params: {
    layer: 'u32',
    layers: 'u32',
    first_image: 'u32',
    height: 'u32',
    width: 'u32',
    gain: 'f32',
    bias: 'f32',
    low: 'u32',
    high: 'u32',
    circular: 'u32',
    erf: 'u32',
    sigma_scale: 'f32',
    k_scale: 'f32',
    column_parts: 'u32',
    row_parts: 'u32',
    channels: 'u32',
    source_gain: 'f32',
    source_rows: 'u32',
    source_columns: 'u32',
  },
  constants: [],
  workgroups: '(⌈H·W/64⌉, images), once per layer',
  errorBound: '(q + 2)·2⁻²³ relative per layer of windows q×q: sums of non-negative terms',
};

export const variants = [{}];

export interface NetworkVariance {
  readonly height: number;
  readonly width: number;
  readonly gain: number;
  readonly bias: number;
  readonly low: number;
  readonly high: number;
  readonly circular: boolean;
  /** An erf between this layer and the one before. */
  readonly erf?: { readonly sigmaScale: number; readonly kScale: number };
}

/** Float64 mirror of one layer of one image. before, return: [height][width]. */
export function mirror(layer: NetworkVariance, before: Float64Array): Float64Array {
  const { height, width, gain, bias, erf } = layer;
  const kappa = before.map((v) => {
    if (erf === undefined) return v;
    const size = 2 * erf.sigmaScale * v;
    return ((erf.kScale * 2) / Math.PI) * Math.asin(size / (1 + size));
  });
  return windowSums(kappa, [0, 0], [height, width], layer).map((sum) => gain * sum + bias);
}
