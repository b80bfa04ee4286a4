import { ArgumentError } from '../checks/arguments.js';
import { ArrayError, floatArray, type NumberArray } from '../checks/typed-arrays.js';
import { memorySource, type Elements, type MatrixSource } from './matrix-source.js';
import { sideOf } from './validate.js';

/** Sources that need no look at what they give. */
const known = new WeakSet<MatrixSource>();

/**
 * A kernel as a caller gives it: in memory, in any class of numbers, or behind a source.
 *
 * @throws ArrayError, ArgumentError, RangeError for an array that is no square
 */
export function sourceOf(kernel: Elements | NumberArray | MatrixSource): MatrixSource {
  if (!isSource(kernel)) {
    const matrix = floatArray('kernel', kernel);
    return remember(memorySource(matrix, sideOf(matrix)));
  }
  if (known.has(kernel)) return kernel;
  const { n } = kernel;
  if (!(Number.isSafeInteger(n) && n > 0)) {
    throw new ArgumentError(`the source of a kernel has n = ${String(n)}; a whole number ≥ 1 is wanted`);
  }
  return remember({
    n,
    async rows(first, count, begin, end) {
      const part = floatArray('what rows() of the kernel gives', await kernel.rows(first, count, begin, end));
      if (part.length === count * (end - begin)) return part;
      throw new ArrayError(
        `rows(${first}, ${count}, ${begin}, ${end}) of the kernel gives ${part.length} elements, not ` +
          `${count}×${end - begin}: the columns from ${begin} to ${end - 1} of the rows from ${first} on`,
      );
    },
    assertUnchanged: async () => {
      await kernel.assertUnchanged?.();
    },
  });
}

function isSource(kernel: unknown): kernel is MatrixSource {
  return typeof (kernel as Partial<MatrixSource> | null | undefined)?.rows === 'function';
}

function remember(source: MatrixSource): MatrixSource {
  known.add(source);
  return source;
}
