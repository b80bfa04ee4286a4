import { packOutputs } from '../../shaders/tile_values.js';
import type { BufferScope } from '../gpu/buffers.js';
import type { TakenImages } from '../images/taken-images.js';
import type { Pass } from './passes.js';

/** What makes finished values of sums, for all tiles of a run. */
export type OutputTables = Readonly<Record<'outputs' | 'row_exponents' | 'column_exponents', GPUBuffer>>;

/** @param rows, columns Images, each multiplied by a power of two of its own, by which values are divided. */
export function outputTables(
  scope: BufferScope,
  pass: Pass,
  rows: TakenImages,
  columns: TakenImages,
): OutputTables {
  const exponents = ({ scales }: TakenImages) => Int32Array.from(scales, (scale) => Math.log2(scale));
  const rowExponents = scope.upload('row_exponents', exponents(rows));
  return {
    outputs: scope.upload('outputs', packOutputs(pass.outputs)),
    row_exponents: rowExponents,
    column_exponents: rows === columns ? rowExponents : scope.upload('column_exponents', exponents(columns)),
  };
}
