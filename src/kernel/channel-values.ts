import type { Channel } from './channels.js';
import type { PairSums } from './pair-runner.js';
import type { Pass } from './passes.js';
import { channelName } from './validate-channels.js';

const LARGEST_FLOAT32 = (2 - 2 ** -23) * 2 ** 127;
const SMALLEST_NORMAL_FLOAT32 = 2 ** -126;

/** A kernel value that float32 cannot hold, or images that are not numbers. */
export class KernelValueError extends Error {
  override readonly name = 'KernelValueError';
}

/** Values too small for a float32 with all its digits. */
export class Underflows {
  count = 0;
  /** The first of them, as `ntk-gap-d11-hidden of images 3 and 1`. */
  first: string | undefined;

  add({ count, first }: Underflows): void {
    this.count += count;
    this.first ??= first;
  }
}

/** Makes the values of channels, in the paper's scale, of the sums that a pass taps. */
export class ChannelValues {
  constructor(
    private readonly pass: Pass,
    /** The channels of the run, in the order in which values are returned. */
    private readonly channels: readonly Channel[],
    /** By which the images of rows and columns were multiplied, powers of two; see `TakenImages`. */
    private readonly rowScales: Float64Array,
    private readonly columnScales: Float64Array,
    private readonly underflows: Underflows,
  ) {}

  /**
   * @param put Takes each value; `channel` is its index in the run's list.
   * @throws KernelValueError
   */
  read(
    { pairs, sums }: PairSums,
    put: (channel: number, row: number, column: number, value: number) => void,
  ): void {
    for (const [index, { row, column }] of pairs.entries()) {
      const imageScale = this.rowScales[row] * this.columnScales[column];
      for (const { channel, tap, use, scale } of this.pass.outputs) {
        const at = 2 * (index * this.pass.taps + tap);
        const sum = use === 'k' ? sums[at] : use === 'u' ? sums[at + 1] : sums[at] + sums[at + 1];
        const value = (sum * scale) / imageScale;
        if (!(Math.abs(value) <= LARGEST_FLOAT32)) {
          throw new KernelValueError(
            `${this.place(channel, row, column)} is ${value}, beyond float32. ` +
              'Scale the pixels down, or use fewer layers.',
          );
        }
        if (sum !== 0 && Math.abs(value) < SMALLEST_NORMAL_FLOAT32) {
          this.underflows.count++;
          this.underflows.first ??= this.place(channel, row, column);
        }
        put(channel, row, column, value);
      }
    }
  }

  private place(channel: number, row: number, column: number): string {
    return `${channelName(this.channels[channel])} of images ${row} and ${column}`;
  }
}
