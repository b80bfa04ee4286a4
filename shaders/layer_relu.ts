import type { ShaderContract } from './contract.js';
import { wgsl } from './linked/layer_relu.js';
import { arcCosine } from './shared/arc_cosine.js';

/**
 * Layer-by-layer baseline of the benchmark: the ReLU step of one layer, elementwise (paper, section 4). The published
 * formulation, one element per invocation, but with the arc-cosine step of the fused kernel.
 */
export const contract: ShaderContract = {
  name: 'layer_relu',
  wgsl,
  equation: 'σ ← K = G κ₁(σ, λx(p) λz(p+d));  θ ← G κ₀ θ + keep·K',
  bindings: [
    { name: 'x_fields', access: 'read', shape: '[C+L][H][W] f32 of one image: pixels, then λ' },
    { name: 'z_fields', access: 'read', shape: '[C+L][H][W] f32 of the other' },
    { name: 'planes', access: 'read', shape: '[planes] vec2u (dx, dy)' },
    { name: 'sigma', access: 'read_write', shape: '[planes][H][W] f32, in place' },
    { name: 'theta', access: 'read_write', shape: '[planes][H][W] f32, in place' },
  ],
  params: { same: 'u32', planes: 'u32', field: 'u32', keep: 'f32' },
  constants: ['HEIGHT', 'WIDTH', 'GAIN'],
  workgroups: '(⌈H·W/64⌉, planes)',
  errorBound: 'K 3e-7·G·m; θ 4e-7·G·|θ| where |c| ≤ 0.9, growing as 1e-7/√(1−c²) (arccos near ±1)',
};

export const variants = [{ HEIGHT: 32, WIDTH: 32, GAIN: 0.125 }];

export interface LayerRelu {
  readonly sigma: ArrayLike<number>; // [planes][H][W]
  readonly theta: ArrayLike<number>; // [planes][H][W]
  readonly lambdaX: ArrayLike<number>; // [H][W]
  readonly lambdaZ: ArrayLike<number>; // [H][W]
  readonly planes: readonly (readonly [number, number])[]; // (dx, dy)
  readonly same: boolean;
  readonly height: number;
  readonly width: number;
  readonly gain: number;
  readonly keep: number;
  readonly snap?: number;
}

/** Float64 mirror for one pair. Returns the new sigma and theta, [planes][H][W]. */
export function mirror(input: LayerRelu): { sigma: Float64Array; theta: Float64Array } {
  const { lambdaX, lambdaZ, planes, same, height, width, gain, keep } = input;
  const pixels = height * width;
  const sigma = new Float64Array(planes.length * pixels);
  const theta = new Float64Array(planes.length * pixels);
  for (const [plane, [dx, dy]] of planes.entries()) {
    const snap = same && dx === 0 && dy === 0 ? 2 : (input.snap ?? 0);
    for (let p = 0; p < pixels; p++) {
      const q = ((Math.floor(p / width) + dy) % height) * width + (((p % width) + dx) % width);
      const e = plane * pixels + p;
      const { kappa1, kappa0 } = arcCosine(input.sigma[e], lambdaX[p] * lambdaZ[q], snap);
      sigma[e] = gain * kappa1;
      theta[e] = gain * kappa0 * input.theta[e] + keep * sigma[e];
    }
  }
  return { sigma, theta };
}
