import type { ShaderContract } from './contract.js';
import { wgsl } from './linked/ceiling_roots.js';
import { mirrorChains } from './shared/chains.js';

/** Independent chains of vec4s in an invocation, and steps of a round. */
export const [CHAINS, UNROLL] = [2, 8];

/** What this adapter does at the most: a square root and a reciprocal, as every element of a ReLU step takes. */
export const contract: ShaderContract = {
  name: 'ceiling_roots',
  wgsl,
  equation: 'x ← √(1/x + b), UNROLL · rounds times; Σ over CHAINS',
  bindings: [{ name: 'results', access: 'read_write', shape: '[invocations] vec4f' }],
  params: { rounds: 'u32', b: 'f32' },
  constants: [],
  workgroups: 'invocations / 64',
  errorBound: '5 · 2⁻²³ relative: 2.5 ulp of the division and of the root, damped from step to step',
};

export const variants = [{}];

/** Square roots, and as many reciprocals, of an invocation per round. */
export const ROOTS = 4 * CHAINS * UNROLL;

/** Float64 mirror of a workgroup; all of them do the same. Returns [64][4]. */
export function mirror({ rounds, b }: { rounds: number; b: number }): Float64Array {
  return mirrorChains(CHAINS, UNROLL * rounds, (x, lane) => Math.sqrt(1 / x[lane] + b));
}
