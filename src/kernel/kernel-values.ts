import type { KernelSpec } from './kernel-spec.js';
import type { PairSums } from './pair-runner.js';
import type { Pass } from './passes.js';
import { kernelName } from './validate-kernels.js';

const LARGEST_FLOAT32 = (2 - 2 ** -23) * 2 ** 127;
const SMALLEST_NORMAL_FLOAT32 = 2 ** -126;

/** A kernel value that float32 cannot hold, or images that are not numbers. */
export class KernelValueError extends Error {
  override readonly name = 'KernelValueError';
}

export function isInFloat32(value: number): boolean {
  return Math.abs(value) <= LARGEST_FLOAT32;
}

/** Whether float32 holds few of its digits or none. */
export function isBelowFloat32(value: number): boolean {
  return value !== 0 && Math.abs(value) < SMALLEST_NORMAL_FLOAT32;
}

/** @param place As `ntk-gap-d11-hidden of images 3 and 1`. */
export function beyondFloat32(place: string, value: number): KernelValueError {
  return new KernelValueError(
    `${place} is ${value}, beyond float32. Scale the pixels down, or use fewer layers.`,
  );
}

/** Values too small for a float32 with all its digits. */
export class Underflows {
  count = 0;
  /** The first of them, as `ntk-gap-d11-hidden of images 3 and 1`. */
  first: string | undefined;

  add({ count, first }: Pick<Underflows, 'count' | 'first'>): void {
    this.count += count;
    this.first ??= first;
  }
}

/** Makes the values of kernels, in the paper's scale, of the sums that a pass taps. */
export class KernelValues {
  constructor(
    private readonly pass: Pass,
    /** The kernels of the run, in the order in which values are returned. */
    private readonly kernels: readonly KernelSpec[],
    /** By which the images of rows and columns were multiplied, powers of two; see `TakenImages`. */
    private readonly rowScales: Float64Array,
    private readonly columnScales: Float64Array,
    private readonly underflows: Underflows,
  ) {}

  /**
   * @param put Takes each value; `index` is its place in the run's list.
   * @throws KernelValueError
   */
  read(
    { pairs, sums }: PairSums,
    put: (index: number, row: number, column: number, value: number) => void,
  ): void {
    for (const [pair, { row, column }] of pairs.entries()) {
      const imageScale = this.rowScales[row] * this.columnScales[column];
      for (const { index, tap, use, scale } of this.pass.outputs) {
        const at = 2 * (pair * this.pass.taps + tap);
        const sum = use === 'k' ? sums[at] : use === 'u' ? sums[at + 1] : sums[at] + sums[at + 1];
        const value = (sum * scale) / imageScale;
        if (!isInFloat32(value)) throw beyondFloat32(this.place(index, row, column), value);
        if (sum !== 0 && Math.abs(value) < SMALLEST_NORMAL_FLOAT32) {
          this.underflows.count++;
          this.underflows.first ??= this.place(index, row, column);
        }
        put(index, row, column, value);
      }
    }
  }

  private place(index: number, row: number, column: number): string {
    return `${kernelName(this.kernels[index])} of images ${row} and ${column}`;
  }
}
