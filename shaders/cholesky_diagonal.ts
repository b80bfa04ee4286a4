import type { ShaderContract } from './contract.js';
import { wgsl } from './linked/cholesky_diagonal.js';

/** Cholesky factor of one diagonal block, column by column (left-looking) in one workgroup. */
export const contract: ShaderContract = {
  name: 'cholesky_diagonal',
  wgsl,
  equation: 'A11 = L11 L11ᵀ;  L11[i][j] = (A11[i][j] − Σ_{t<j} L11[i][t] L11[j][t]) / √pivot[j]',
  bindings: [
    {
      name: 'matrix',
      access: 'read_write',
      shape: '[stride][stride] f32; lower triangle of rows begin … begin+size−1 of the block, nothing else',
    },
    {
      name: 'pivots',
      access: 'read_write',
      shape: '[stride] f32; begin … begin+size−1: L11[j][j]², or the first bad pivot as it was met',
    },
  ],
  params: { begin: 'u32', size: 'u32', stride: 'u32' },
  constants: ['BLOCK'],
  workgroups: '1, of BLOCK invocations; workgroup memory 2·BLOCK·(BLOCK+1) bytes',
  errorBound:
    'backward error |L Lᵀ − A| ≤ (size+1)·2⁻²⁴·|L||Lᵀ| (Higham, Accuracy and Stability, theorem 10.3)',
};

export const variants = [{ BLOCK: 64 }];

/** Whether a factorisation can go on: finite, and at least the smallest normal float32. */
export function isPositive(pivot: number): boolean {
  return pivot >= 2 ** -126 && pivot < Infinity;
}

export function workgroups(): readonly [number] {
  return [1];
}

export interface DiagonalInput {
  readonly matrix: Float64Array; // [stride][stride], changed in place
  readonly pivots: Float64Array; // [stride], changed in place
  readonly begin: number;
  readonly size: number;
  readonly stride: number;
}

/** Float64 mirror. After a bad pivot the rest of the block means nothing, here and on the device. */
export function mirror({ matrix, pivots, begin, size, stride }: DiagonalInput): void {
  const at = (row: number, column: number) => (begin + row) * stride + begin + column;
  for (let j = 0; j < size; j++) {
    let pivot = matrix[at(j, j)];
    for (let t = 0; t < j; t++) pivot -= matrix[at(j, t)] ** 2;
    pivots[begin + j] = pivot;
    const root = Math.sqrt(isPositive(pivot) ? pivot : 1);
    matrix[at(j, j)] = root;
    for (let row = j + 1; row < size; row++) {
      let sum = matrix[at(row, j)];
      for (let t = 0; t < j; t++) sum -= matrix[at(row, t)] * matrix[at(j, t)];
      matrix[at(row, j)] = sum / root;
    }
  }
}
