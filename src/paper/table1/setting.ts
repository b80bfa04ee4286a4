import type { KernelSpec, Readout } from '../../kernel/kernel-spec.js';
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
  /** The names of the classes, in the order of the labels. */
  readonly classNames: readonly string[];
}

/** The measurements of a kernel, over the seeds. */
export function ofKernel(measurements: readonly Measurement[], spec: Omit<KernelSpec, 'trained'>) {
  return measurements.filter(
    ({ spec: { kernel, depth, readout } }) =>
      kernel === spec.kernel && depth === spec.depth && readout === spec.readout,
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
