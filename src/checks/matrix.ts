import { className } from './class-name.js';
import { ArgumentError, assertCount } from './arguments.js';
import { floatArray, type FloatArray, type NumberArray } from './typed-arrays.js';

/** A matrix that says what shape it has. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  /** [rows][columns], row-major, in any class of numbers. */
  readonly data: NumberArray;
}

/** A matrix that is given with its shape, and not as numbers alone. */
export function isMatrix(value: unknown): value is Matrix {
  return (
    typeof value === 'object' && value !== null && 'data' in value && 'rows' in value && 'columns' in value
  );
}

/**
 * The numbers of a matrix, which are not copied if they are floats.
 *
 * @throws ArgumentError, ArrayError; RangeError if they are fewer or more than its shape says
 */
export function matrixData(argument: string, matrix: Matrix): FloatArray {
  if (!isMatrix(matrix)) {
    throw new ArgumentError(`${argument} is ${className(matrix)}; { rows, columns, data } is wanted`);
  }
  const { rows, columns } = matrix;
  assertCount(`${argument}.rows`, rows);
  assertCount(`${argument}.columns`, columns);
  const data = floatArray(`${argument}.data`, matrix.data);
  if (data.length === rows * columns) return data;
  throw new RangeError(
    `${argument} has ${data.length} elements, but ${rows} rows and ${columns} columns: ${rows * columns}`,
  );
}
