import { emptyLike, type Elements } from './matrix-source.js';

/**
 * Takes the columns of a kernel at these indices, in this order.
 *
 * @param kernel [m][n]. @param n Number of its columns.
 * @returns [m][columns]
 * @throws RangeError for an index that is none of the kernel's.
 */
export function subKernel(kernel: Elements, n: number, columns: readonly number[]): Elements {
  const outside = columns.find((column) => !(column >= 0 && column < n));
  if (outside !== undefined) throw new RangeError(`column ${outside} is none of the ${n} of the kernel`);
  const m = kernel.length / n;
  const part = emptyLike(kernel, m * columns.length);
  for (let row = 0, at = 0; row < m; row++)
    for (const column of columns) part[at++] = kernel[row * n + column];
  return part;
}
