import type { ShaderContract } from './contract.js';
import { wgsl } from './linked/ceiling_fma.js';
import { mirrorChains } from './shared/chains.js';

/** Independent chains of vec4s in an invocation, and steps of a round. */
export const [CHAINS, UNROLL] = [2, 8];

/** What this adapter does at the most: multiply-adds from registers. */
export const contract: ShaderContract = {
  name: 'ceiling_fma',
  wgsl,
  equation: 'x ← a x + b, UNROLL · rounds times; Σ over CHAINS',
  bindings: [{ name: 'results', access: 'read_write', shape: '[invocations] vec4f' }],
  params: { rounds: 'u32', a: 'f32', b: 'f32' },
  constants: [],
  workgroups: 'invocations / 64',
  errorBound: '2⁻²³ · |b| / (1 − |a|)², the limit of the chain times its condition',
};

export const variants = [{}];

/** Flops of an invocation per round: one multiplication and one addition per component, chain and step. */
export const FLOPS = 2 * 4 * CHAINS * UNROLL;

/** Float64 mirror of a workgroup; all of them do the same. Returns [64][4]. */
export function mirror({ rounds, a, b }: { rounds: number; a: number; b: number }): Float64Array {
  return mirrorChains(CHAINS, UNROLL * rounds, (x, lane) => a * x[lane] + b);
}
