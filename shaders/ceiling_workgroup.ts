import type { ShaderContract } from './contract.js';
import { wgsl } from './linked/ceiling_workgroup.js';
import { chainStart, LANES } from './shared/chains.js';

/** Steps of a round. */
export const UNROLL = 8;
/** vec4s of the table. */
const SIZE = 4 * LANES;

/** What this adapter does at the most: reads of workgroup memory. */
export const contract: ShaderContract = {
  name: 'ceiling_workgroup',
  wgsl,
  equation: 'Σ_s table[(lane + s) mod 256] over UNROLL · rounds steps, table[i] = start(i) + b',
  bindings: [{ name: 'results', access: 'read_write', shape: '[invocations] vec4f' }],
  params: { rounds: 'u32', b: 'f32' },
  constants: [],
  workgroups: 'invocations / 64',
  errorBound: '2⁻²⁴ per step, relative: one sum of numbers of one sign',
};

export const variants = [{}];

/** Bytes that an invocation reads per round. */
export const READ_BYTES = 16 * UNROLL;

/** Float64 mirror of a workgroup; all of them do the same. Returns [64][4]. */
export function mirror({ rounds, b }: { rounds: number; b: number }): Float64Array {
  return Float64Array.from({ length: 4 * LANES }, (_, at) => {
    const [lane, component] = [Math.floor(at / 4), at % 4];
    let sum = 0;
    for (let s = 0; s < UNROLL * rounds; s++) sum += chainStart((lane + s) % SIZE, 0, component) + b;
    return sum;
  });
}
