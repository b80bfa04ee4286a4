import type { ShaderContract } from './contract.js';

/** Side of the tiles of which the update computes the lower triangle; rows held by one invocation. */
export const TILE = 16;

/** Trailing update of the factorisation: nearly all of its work. */
export const contract: ShaderContract = {
  name: 'cholesky_update',
  equation: 'A22 −= L21 L21ᵀ on the lower triangle of 16×16 tiles',
  bindings: [
    { name: 'panel', access: 'read', shape: '[BLOCK][stride] f32: L21ᵀ' },
    {
      name: 'matrix',
      access: 'read_write',
      shape: '[stride][stride] f32; from begin on, row i and columns below 16·(⌊i/16⌋ + 1)',
    },
  ],
  params: { begin: 'u32', stride: 'u32' },
  constants: ['BLOCK'],
  workgroups: '(⌈(stride − begin)/128⌉, (stride − begin)/16); stride and begin multiples of 16',
  errorBound: '(BLOCK+1)·2⁻²⁴·(|A22| + |L21||L21ᵀ|): one sum of BLOCK products',
};

export const variants = [{ BLOCK: 64 }];

export interface UpdateInput {
  readonly panel: Float64Array; // [BLOCK][stride]
  readonly matrix: Float64Array; // [stride][stride], changed in place
  readonly begin: number;
  readonly stride: number;
  readonly block: number;
}

export function workgroups(begin: number, stride: number): readonly [number, number] {
  return [Math.ceil((stride - begin) / 128), (stride - begin) / TILE];
}

/** Float64 mirror. */
export function mirror({ panel, matrix, begin, stride, block }: UpdateInput): void {
  for (let row = begin; row < stride; row++) {
    const end = TILE * (Math.floor(row / TILE) + 1);
    for (let column = begin; column < end; column++) {
      let c = matrix[row * stride + column];
      for (let k = 0; k < block; k++) c -= panel[k * stride + row] * panel[k * stride + column];
      matrix[row * stride + column] = c;
    }
  }
}
