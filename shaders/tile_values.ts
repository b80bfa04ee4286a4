import type { ShaderContract } from './contract.js';
import { wgsl } from './linked/tile_values.js';
import { scaledSum, splitScale } from './shared/scaled.js';

/** Finished values of a rectangle of pairs, from what the plane kernel left per group. */
export const contract: ShaderContract = {
  name: 'tile_values',
  wgsl,
  equation:
    'values[kernel][row][column] = (use_k Σ_group partial_sums.x + use_u Σ_group partial_sums.y) · scale · 2^-(row_exponent + column_exponent)',
  bindings: [
    { name: 'partial_sums', access: 'read', shape: '[rows][columns][groups][taps] vec2f' },
    {
      name: 'outputs',
      access: 'read',
      shape: '[outputs] {tap, use_k, use_u, scale_hi, scale_lo u32, scale_exponent i32}; see scaled.ts',
    },
    { name: 'row_exponents', access: 'read', shape: '[rows of the matrix] i32' },
    { name: 'column_exponents', access: 'read', shape: '[columns of the matrix] i32' },
    { name: 'values', access: 'read_write', shape: '[outputs][rows][columns] f32, as u32' },
    {
      name: 'problems',
      access: 'read_write',
      shape:
        '[3] u32: entry of the first value beyond float32, values below it, entry of the first of them; entry = (row · columns + column) · outputs + output',
    },
  ],
  params: {
    groups: 'u32',
    taps: 'u32',
    outputs: 'u32',
    first_row: 'u32',
    first_column: 'u32',
    rows: 'u32',
    columns: 'u32',
    walk: 'u32',
    triangle: 'u32',
  },
  constants: [],
  workgroups: '(⌈columns/64⌉, ⌈rows/walk⌉, outputs)',
  errorBound:
    'relative to the sum of magnitudes: (33 + ⌈groups/32⌉) · 2⁻²⁴; blocks of 32 keep it below 4e-6 for 1,024 groups, typically 1e-7',
};

export const variants = [{}];

/** Rows that an invocation takes: several where a pair is one addition, one where the sum over its groups is long. */
export function walkOf(groups: number): number {
  return groups === 1 ? 8 : 1;
}

/** Bytes of an element of `outputs`. */
export const OUTPUT_BYTES = 24;

/** How a value comes out of the sums of a pair. */
export interface TileOutput {
  readonly tap: number;
  readonly use: 'k' | 'u' | 'u+k';
  readonly scale: number;
}

/** The contents of `outputs`. */
export function packOutputs(outputs: readonly TileOutput[]): Uint32Array {
  return Uint32Array.from(
    outputs.flatMap(({ tap, use, scale }) => {
      const { hi, lo, exponent } = splitScale(scale);
      return [tap, use === 'u' ? 0 : 1, use === 'k' ? 0 : 1, hi, lo, exponent >>> 0];
    }),
  );
}

export interface TileValuesInput {
  readonly partialSums: ArrayLike<number>; // [rows][columns][groups][taps][2]
  readonly outputs: readonly TileOutput[];
  readonly rowExponents: ArrayLike<number>; // [rows]
  readonly columnExponents: ArrayLike<number>; // [columns]
  readonly groups: number;
  readonly taps: number;
}

/** Float64 mirror of a rectangle. Returns values [outputs][rows][columns]. */
export function mirror(input: TileValuesInput): Float64Array {
  const { partialSums, outputs, rowExponents, columnExponents, groups, taps } = input;
  const [rows, columns] = [rowExponents.length, columnExponents.length];
  const values = new Float64Array(outputs.length * rows * columns);
  for (const [index, { tap, use, scale }] of outputs.entries()) {
    for (let pair = 0; pair < rows * columns; pair++) {
      const sum = [0, 0];
      for (let group = 0; group < groups; group++) {
        for (const i of [0, 1]) sum[i] += partialSums[2 * ((pair * groups + group) * taps + tap) + i];
      }
      const exponent = rowExponents[Math.floor(pair / columns)] + columnExponents[pair % columns];
      const [k, u] = [use === 'u' ? 0 : sum[0], use === 'k' ? 0 : sum[1]];
      values[index * rows * columns + pair] = scaledSum(k, u, scale, -exponent);
    }
  }
  return values;
}
