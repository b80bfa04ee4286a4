import { ArrayGuard, floatArray, type NumberArray } from '../checks/typed-arrays.js';

/** Numbers of a kernel in the precision that they come in. */
export type Elements = Float32Array | Float64Array;

/** A symmetric matrix [n][n] of which parts are read: in memory, or on a disk that holds more than memory does. */
export interface MatrixSource {
  readonly n: number;
  /**
   * Rows first … first + count − 1, columns begin … end − 1, always in the same precision: that of the matrix.
   * → [count][end − begin].
   */
  rows(first: number, count: number, begin: number, end: number): Promise<Elements> | Elements;
  /** Fails if the matrix may be another one than when it was opened; absent where nobody else can change it. */
  assertUnchanged?(): Promise<void>;
}

/**
 * A matrix in memory, which is not copied: that it changes while it is read is noticed.
 *
 * @param numbers [n][n], in any class of numbers.
 * @throws ArrayError, RangeError if it is no array of n×n numbers
 */
export function memorySource(numbers: Elements | NumberArray, n: number): MatrixSource {
  const matrix = floatArray('matrix', numbers);
  if (!(Number.isSafeInteger(n) && n > 0 && matrix.length === n * n)) {
    throw new RangeError(`a matrix of ${matrix.length} elements is not ${n}×${n}`);
  }
  const guard = new ArrayGuard('kernel', matrix);
  return {
    n,
    rows(first, count, begin, end) {
      const width = end - begin;
      if (width === n) return matrix.subarray(first * n, (first + count) * n);
      const part = emptyLike(matrix, count * width);
      for (let r = 0; r < count; r++) {
        const at = (first + r) * n;
        part.set(matrix.subarray(at + begin, at + end), r * width);
      }
      return part;
    },
    assertUnchanged: () => Promise.resolve().then(() => guard.assertUnchanged()),
  };
}

/** Zeros in the precision of `elements`. */
export function emptyLike(elements: Elements, length: number): Elements {
  return elements instanceof Float32Array ? new Float32Array(length) : new Float64Array(length);
}

const TILE = 64;

/** Diagonal of a matrix, in float64 [n]. */
export async function diagonalOf(source: MatrixSource): Promise<Float64Array> {
  const { n } = source;
  const diagonal = new Float64Array(n);
  for (let first = 0; first < n; first += TILE) {
    const size = Math.min(TILE, n - first);
    const tile = await source.rows(first, size, first, first + size);
    for (let i = 0; i < size; i++) diagonal[first + i] = tile[i * size + i];
  }
  return diagonal;
}
