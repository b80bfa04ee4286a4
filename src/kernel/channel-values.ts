import type { Channel } from './channels.js';
import type { PairSums } from './pair-runner.js';
import type { Pass } from './passes.js';
import { channelName } from './validate-channels.js';

const LARGEST_FLOAT32 = 3.4028234e38;
const SMALLEST_NORMAL_FLOAT32 = 1.1754944e-38;

/** A kernel value that float32 cannot hold, or images that are not numbers. */
export class KernelValueError extends Error {
  override readonly name = 'KernelValueError';
}

/** From the sums that a pass taps to the values of its channels, in the paper's scale. */
export class ChannelValues {
  constructor(
    private readonly pass: Pass,
    /** Of the run. */
    private readonly channels: readonly Channel[],
    /** Of the images of rows times that of the columns; a power of two. */
    private readonly imageScale: number,
  ) {}

  /**
   * @param put Takes each value; `channel` is its index in the run's list.
   * @returns how many values are too small for a float32 with all its digits
   * @throws KernelValueError
   */
  read(
    { pairs, sums }: PairSums,
    put: (channel: number, row: number, column: number, value: number) => void,
  ): number {
    let underflows = 0;
    for (const [index, { row, column }] of pairs.entries()) {
      for (const { channel, tap, use, scale } of this.pass.outputs) {
        const at = 2 * (index * this.pass.taps + tap);
        const sum = use === 'k' ? sums[at] : use === 'u' ? sums[at + 1] : sums[at] + sums[at + 1];
        const value = (sum * scale) / this.imageScale;
        if (!(Math.abs(value) <= LARGEST_FLOAT32)) {
          throw new KernelValueError(
            `${channelName(this.channels[channel])} of images ${row} and ${column} is ${value}, beyond float32. ` +
              'Scale the pixels down, or use fewer layers.',
          );
        }
        if (sum !== 0 && Math.abs(value) < SMALLEST_NORMAL_FLOAT32) underflows++;
        put(channel, row, column, value);
      }
    }
    return underflows;
  }
}
