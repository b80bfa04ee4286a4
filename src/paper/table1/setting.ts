import type { Channel, Readout } from '../../kernel/channels.js';
import { publishedKernel, publishedNetwork } from '../published.js';
import type { Measurement } from './run.js';

/** What was run, as tables and notes need to know it. */
export interface Table1Setting {
  readonly trainCount: number;
  readonly testCount: number;
  /** Height and width of the images that the kernels saw. */
  readonly side: readonly [height: number, width: number];
  /** The images were averaged down to that. */
  readonly pooled: boolean;
  readonly flip: boolean;
  readonly seeds: readonly number[];
  readonly depths: readonly number[];
  readonly readouts: readonly Readout[];
  /** In the order of the labels. */
  readonly classNames: readonly string[];
}

/** The measurements of a channel, over the seeds. */
export function ofChannel(measurements: readonly Measurement[], channel: Omit<Channel, 'trained'>) {
  return measurements.filter(
    ({ channel: { kernel, depth, readout } }) =>
      kernel === channel.kernel && depth === channel.depth && readout === channel.readout,
  );
}

/** Published columns of a read-out; none for local average pooling. */
export function publishedColumns({ trainCount }: Table1Setting, readout: Readout) {
  const isPaper = readout === 'vanilla' || readout === 'gap';
  return {
    kernel: isPaper ? publishedKernel(readout, trainCount) : undefined,
    network: isPaper ? publishedNetwork(readout, trainCount) : undefined,
  };
}
