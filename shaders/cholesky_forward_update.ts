import type { SubstitutionInput } from './cholesky_forward_diagonal.js';
import { wgsl } from './linked/cholesky_forward_update.js';
import type { ShaderContract } from './contract.js';

/** The rows below a solved block of the forward substitution. */
export const contract: ShaderContract = {
  name: 'cholesky_forward_update',
  wgsl,
  equation: 'B2 −= L21 X1',
  bindings: [
    { name: 'factor', access: 'read', shape: '[rows][stride] f32, lower triangle L' },
    { name: 'rhs', access: 'read_write', shape: '[rows][4·width4] f32; rows from begin+BLOCK on change' },
  ],
  params: { begin: 'u32', rows: 'u32', stride: 'u32', width4: 'u32' },
  constants: ['BLOCK'],
  workgroups: '(⌈(rows − begin − BLOCK)/64⌉, width4); stride, begin and BLOCK multiples of 4',
  errorBound: '(BLOCK+1)·2⁻²⁴·(|B2| + |L21||X1|)',
};

export const variants = [{ BLOCK: 64 }];

export function workgroups(
  begin: number,
  rows: number,
  width4: number,
  block: number,
): readonly [number, number] {
  return [Math.ceil((rows - begin - block) / 64), width4];
}

/** Float64 mirror; `size` is BLOCK. */
export function mirror({ factor, rhs, begin, size, rows, stride, width4 }: SubstitutionInput): void {
  const width = 4 * width4;
  for (let column = 0; column < width; column++) {
    for (let row = begin + size; row < rows; row++) {
      let sum = rhs[row * width + column];
      for (let t = begin; t < begin + size; t++) sum -= factor[row * stride + t] * rhs[t * width + column];
      rhs[row * width + column] = sum;
    }
  }
}
