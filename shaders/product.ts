import type { ShaderContract } from './contract.js';
import { wgsl } from './linked/product.js';

/** A plain matrix product: the measure of `cholesky_update` in the benchmark. */
export const contract: ShaderContract = {
  name: 'product',
  wgsl,
  equation: 'C = Aᵀ B',
  bindings: [
    { name: 'a', access: 'read', shape: '[depth][rows] f32' },
    { name: 'b', access: 'read', shape: '[depth][columns] f32' },
    { name: 'c', access: 'read_write', shape: '[rows][columns] f32' },
  ],
  params: { rows: 'u32', columns: 'u32', depth: 'u32' },
  constants: [],
  workgroups: '(⌈columns/256⌉, rows/16); rows a multiple of 16, columns of 8',
  errorBound: 'depth·2⁻²⁴·|A|ᵀ|B|: one sum of depth products',
};

export const variants = [{}];

export interface ProductInput {
  readonly a: Float64Array; // [depth][rows]
  readonly b: Float64Array; // [depth][columns]
  readonly c: Float64Array; // [rows][columns], overwritten
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
}

export function workgroups(rows: number, columns: number): readonly [number, number] {
  return [Math.ceil(columns / 256), rows / 16];
}

/** Float64 mirror. */
export function mirror({ a, b, c, rows, columns, depth }: ProductInput): void {
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      let sum = 0;
      for (let k = 0; k < depth; k++) sum += a[k * rows + row] * b[k * columns + column];
      c[row * columns + column] = sum;
    }
  }
}
