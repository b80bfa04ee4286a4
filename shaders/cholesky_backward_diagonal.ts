import type { SubstitutionInput } from './cholesky_forward_diagonal.js';
import { wgsl } from './linked/cholesky_backward_diagonal.js';
import type { ShaderContract } from './contract.js';

/** One diagonal block of the backward substitution. */
export const contract: ShaderContract = {
  name: 'cholesky_backward_diagonal',
  wgsl,
  equation: 'L11ᵀ X1 = B1;  X1 = L11⁻ᵀ B1 replaces B1',
  bindings: [
    { name: 'factor', access: 'read', shape: '[stride][stride] f32, lower triangle L' },
    { name: 'rhs', access: 'read_write', shape: '[stride][4·width4] f32; rows begin … begin+size−1 change' },
  ],
  params: { begin: 'u32', size: 'u32', stride: 'u32', width4: 'u32' },
  constants: [],
  workgroups: '⌈width4/32⌉',
  errorBound:
    'backward stable: (L11+ΔL) X1 = B1 with |ΔL| ≤ (size+2)·2⁻²⁴·|L11| (Higham, theorem 8.5; division to 2.5 ulp)',
};

export const variants = [{}];

export function workgroups(width4: number): readonly [number] {
  return [Math.ceil(width4 / 32)];
}

/** Float64 mirror. */
export function mirror({ factor, rhs, begin, size, stride, width4 }: SubstitutionInput): void {
  const width = 4 * width4;
  for (let column = 0; column < width; column++) {
    for (let row = begin + size - 1; row >= begin; row--) {
      let sum = rhs[row * width + column];
      for (let t = row + 1; t < begin + size; t++) sum -= factor[t * stride + row] * rhs[t * width + column];
      rhs[row * width + column] = sum / factor[row * stride + row];
    }
  }
}
