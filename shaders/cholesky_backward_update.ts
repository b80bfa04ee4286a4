import type { SubstitutionInput } from './cholesky_forward_diagonal.js';
import { wgsl } from './linked/cholesky_backward_update.js';
import type { ShaderContract } from './contract.js';

/** The rows above a solved block of the backward substitution. */
export const contract: ShaderContract = {
  name: 'cholesky_backward_update',
  wgsl,
  equation: 'B0 −= L10ᵀ X1',
  bindings: [
    { name: 'factor', access: 'read', shape: '[stride][stride] f32, lower triangle L' },
    { name: 'rhs', access: 'read_write', shape: '[stride][4·width4] f32; rows 0 … begin−1 change' },
  ],
  params: { begin: 'u32', size: 'u32', stride: 'u32', width4: 'u32' },
  constants: [],
  workgroups: '(⌈begin/256⌉, width4); stride and begin multiples of 4',
  errorBound: '(size+1)·2⁻²⁴·(|B0| + |L10ᵀ||X1|)',
};

export const variants = [{}];

export function workgroups(begin: number, width4: number): readonly [number, number] {
  return [Math.ceil(begin / 256), width4];
}

/** Float64 mirror. */
export function mirror({ factor, rhs, begin, size, stride, width4 }: SubstitutionInput): void {
  const width = 4 * width4;
  for (let column = 0; column < width; column++) {
    for (let row = 0; row < begin; row++) {
      let sum = rhs[row * width + column];
      for (let t = begin; t < begin + size; t++) sum -= factor[t * stride + row] * rhs[t * width + column];
      rhs[row * width + column] = sum;
    }
  }
}
