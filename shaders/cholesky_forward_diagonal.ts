import type { ShaderContract } from './contract.js';
import { wgsl } from './linked/cholesky_forward_diagonal.js';

/** One diagonal block of the forward substitution. */
export const contract: ShaderContract = {
  name: 'cholesky_forward_diagonal',
  wgsl,
  equation: 'L11 X1 = B1;  X1 = L11⁻¹ B1 replaces B1',
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

export interface SubstitutionInput {
  readonly factor: Float64Array; // [rows][stride]
  readonly rhs: Float64Array; // [rows][4 width4], changed in place
  readonly begin: number;
  readonly size: number;
  /** How many rows `factor` and `rhs` have. */
  readonly rows: number;
  readonly stride: number;
  readonly width4: number;
}

export function workgroups(width4: number): readonly [number] {
  return [Math.ceil(width4 / 32)];
}

/** Float64 mirror. */
export function mirror({ factor, rhs, begin, size, stride, width4 }: SubstitutionInput): void {
  const width = 4 * width4;
  for (let column = 0; column < width; column++) {
    for (let i = begin; i < begin + size; i++) {
      let sum = rhs[i * width + column];
      for (let t = begin; t < i; t++) sum -= factor[i * stride + t] * rhs[t * width + column];
      rhs[i * width + column] = sum / factor[i * stride + i];
    }
  }
}
