import type { ShaderContract } from './contract.js';
import { wgsl } from './linked/cholesky_panel.js';
import { lineIndex } from './shared/lines.js';

/** The rows below a factored diagonal block, in place and transposed for the update. */
export const contract: ShaderContract = {
  name: 'cholesky_panel',
  wgsl,
  equation: 'L21 = A21 L11⁻ᵀ;  panel = L21ᵀ',
  bindings: [
    {
      name: 'matrix',
      access: 'read_write',
      shape: '[rows][stride] f32; columns begin … begin+BLOCK−1 of the rows from begin+BLOCK on become L21',
    },
    {
      name: 'panel',
      access: 'read_write',
      shape:
        '[⌈rows/16⌉][lines][16] f32; lines line … line+BLOCK−1 of the rows from begin+BLOCK on become L21ᵀ',
    },
  ],
  params: { begin: 'u32', rows: 'u32', stride: 'u32', lines: 'u32', line: 'u32' },
  constants: ['BLOCK'],
  workgroups: '⌈(rows − begin − BLOCK)/128⌉; rows, stride, begin and BLOCK multiples of 4',
  errorBound:
    'backward error per row |L21 L11ᵀ − A21| ≤ (BLOCK+2)·2⁻²⁴·|L21||L11ᵀ| (Higham, theorem 8.5; division to 2.5 ulp)',
};

export const variants = [{ BLOCK: 64 }];

export interface PanelInput {
  readonly matrix: Float64Array; // [rows][stride], changed in place
  readonly panel: Float64Array; // [⌈rows/16⌉][lines][16], changed in place; lines ≥ line + block
  readonly begin: number;
  readonly rows: number;
  readonly stride: number;
  readonly lines: number;
  readonly line: number;
  readonly block: number;
}

export function workgroups(begin: number, rows: number, block: number): readonly [number] {
  return [Math.ceil((rows - begin - block) / 128)];
}

/** Float64 mirror. */
export function mirror({ matrix, panel, begin, rows, stride, lines, line, block }: PanelInput): void {
  for (let row = begin + block; row < rows; row++) {
    for (let j = 0; j < block; j++) {
      let x = matrix[row * stride + begin + j];
      for (let t = 0; t < j; t++)
        x -= panel[lineIndex(row, line + t, lines)] * matrix[(begin + j) * stride + begin + t];
      x /= matrix[(begin + j) * stride + begin + j];
      panel[lineIndex(row, line + j, lines)] = x;
      matrix[row * stride + begin + j] = x;
    }
  }
}
