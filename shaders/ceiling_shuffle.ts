import type { ShaderContract } from './contract.js';
import { wgsl } from './linked/ceiling_shuffle.js';
import { mirrorChains } from './shared/chains.js';

/** Independent chains of vec4s in an invocation, and steps of a round. */
export const [CHAINS, UNROLL] = [2, 8];

/** What this adapter does at the most: values taken from the neighbouring lane of a subgroup. */
export const contract: ShaderContract = {
  name: 'ceiling_shuffle',
  wgsl,
  equation:
    'x ← x of the lane before (the first of LANE_COUNT lanes: its own) + b, UNROLL · rounds times; Σ over CHAINS',
  bindings: [{ name: 'results', access: 'read_write', shape: '[invocations] vec4f' }],
  params: { rounds: 'u32', b: 'f32' },
  constants: ['LANE_COUNT'],
  workgroups: 'invocations / 64; LANE_COUNT a power of two that no subgroup is smaller than',
  errorBound: '2⁻²⁴ per step, relative: one addition',
};

export const variants = [{ LANE_COUNT: 32 }];

/** Shuffled 4-byte values of an invocation per round. */
export const SHUFFLES = 4 * CHAINS * UNROLL;

/** Float64 mirror of a workgroup; all of them do the same. Returns [64][4]. */
export function mirror({
  rounds,
  b,
  laneCount,
}: {
  rounds: number;
  b: number;
  laneCount: number;
}): Float64Array {
  return mirrorChains(CHAINS, UNROLL * rounds, (x, lane) => x[lane % laneCount > 0 ? lane - 1 : lane] + b);
}
