/**
 * The columns of a kernel at these indices, in this order.
 *
 * @param kernel [m][n]. @param n Number of its columns. @param rows Of these rows alone; all of them by default.
 * @returns [rows][columns]
 * @throws RangeError for an index that is none of the kernel's.
 */
export function subKernel(
  kernel: Float32Array,
  n: number,
  columns: readonly number[],
  rows: readonly number[] = Array.from({ length: kernel.length / n }, (_, row) => row),
): Float32Array {
  const outside =
    columns.find((column) => !(column >= 0 && column < n)) ??
    rows.find((row) => !(row >= 0 && row < kernel.length / n));
  if (outside !== undefined) {
    throw new RangeError(`index ${outside} is none of a ${kernel.length / n}×${n} kernel`);
  }
  const part = new Float32Array(rows.length * columns.length);
  let at = 0;
  for (const row of rows) for (const column of columns) part[at++] = kernel[row * n + column];
  return part;
}
