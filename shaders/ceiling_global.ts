import type { ShaderContract } from './contract.js';
import { wgsl } from './linked/ceiling_global.js';

/** What this adapter does at the most: streams through global memory. */
export const contract: ShaderContract = {
  name: 'ceiling_global',
  wgsl,
  equation: 'y = a x + b',
  bindings: [
    { name: 'x', access: 'read', shape: '[count] vec4f' },
    { name: 'y', access: 'read_write', shape: '[count] vec4f' },
  ],
  params: { count: 'u32', stride: 'u32', a: 'f32', b: 'f32' },
  constants: [],
  workgroups: 'stride / 64',
  errorBound: '2⁻²³ · (|a x| + |b|)',
};

export const variants = [{}];

/** Bytes read and written per vec4. */
export const BYTES = 32;

/** Float64 mirror. x, return: [4 · count]. */
export function mirror(x: Float32Array, { a, b }: { a: number; b: number }): Float64Array {
  return Float64Array.from(x, (value) => a * value + b);
}
