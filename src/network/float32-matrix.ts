import type { GramShape } from '../kernel/gram-shape.js';
import { beyondFloat32, isBelowFloat32, isInFloat32, type Underflows } from '../kernel/kernel-values.js';

/**
 * A kernel in the precision of its files.
 *
 * @param values [rows][columns]
 * @param name Of the kernel, for messages.
 * @param underflows Told of values that float32 holds badly or not at all, each pair of images once.
 * @throws KernelValueError for a value beyond float32, and for what is no number
 */
export function float32Matrix(
  values: Float64Array,
  { rows, columns, symmetric }: GramShape,
  name: string,
  underflows: Underflows,
): Float32Array {
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < (symmetric ? row + 1 : columns); column++) {
      const value = values[row * columns + column];
      if (!isInFloat32(value)) throw beyondFloat32(`${name} of images ${row} and ${column}`, value);
      if (isBelowFloat32(value)) {
        underflows.count++;
        underflows.first ??= `${name} of images ${row} and ${column}`;
      }
    }
  }
  return Float32Array.from(values);
}
