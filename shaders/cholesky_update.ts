import type { ShaderContract } from './contract.js';
import { wgsl } from './linked/cholesky_update.js';
import { lineIndex, TILE } from './shared/lines.js';

/** Columns of a workgroup: 32 invocations of 8. */
const WORKGROUP_COLUMNS = 256;

/** Update of a panel of columns by columns of the factor: nearly all of the factorisation's work. */
export const contract: ShaderContract = {
  name: 'cholesky_update',
  wgsl,
  equation: 'C −= L Lᵀ on and below the diagonal of 16×16 tiles',
  bindings: [
    {
      name: 'panel',
      access: 'read',
      shape: '[rows/16][lines][16] f32: Lᵀ in its first `depth` lines, in tiles of 16 rows',
    },
    {
      name: 'matrix',
      access: 'read_write',
      shape:
        '[rows][stride] f32; C is row i from begin on, its columns begin … min(end, 16·(⌊i/16⌋ + 1)) − 1',
    },
  ],
  params: { begin: 'u32', end: 'u32', rows: 'u32', stride: 'u32', lines: 'u32', depth: 'u32' },
  constants: [],
  workgroups: '(⌈(end − begin)/256⌉, (rows − begin)/16); begin, end, rows and stride multiples of 16',
  errorBound: '(depth+1)·2⁻²⁴·(|C| + |L||Lᵀ|): one sum of depth products',
};

export const variants = [{}];

export interface UpdateInput {
  readonly panel: Float64Array; // [rows/16][lines][16]
  readonly matrix: Float64Array; // [rows][stride], changed in place
  readonly begin: number;
  readonly end: number;
  readonly rows: number;
  readonly stride: number;
  readonly lines: number;
  readonly depth: number;
}

export function workgroups(begin: number, end: number, rows: number): readonly [number, number] {
  return [Math.ceil((end - begin) / WORKGROUP_COLUMNS), (rows - begin) / TILE];
}

/** Float64 mirror. */
export function mirror({ panel, matrix, begin, end, rows, stride, lines, depth }: UpdateInput): void {
  for (let row = begin; row < rows; row++) {
    const last = Math.min(end, TILE * (Math.floor(row / TILE) + 1));
    for (let column = begin; column < last; column++) {
      let sum = 0;
      for (let k = 0; k < depth; k++) {
        sum += panel[lineIndex(row, k, lines)] * panel[lineIndex(column, k, lines)];
      }
      matrix[row * stride + column] -= sum;
    }
  }
}
