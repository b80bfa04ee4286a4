import type { ParameterValues } from '../../shaders/contract.js';
import type { BoundBuffers, Program } from '../gpu/program.js';
import type { ImageBlock } from './image-block.js';

/** One dispatch of a batch. */
export interface Dispatch {
  readonly program: Program;
  readonly buffers: BoundBuffers;
  readonly params: ParameterValues;
  readonly workgroups: readonly [number, number?, number?];
  /** In reads. */
  readonly cost: number;
  /** What is copied before the next dispatch begins. */
  readonly copies?: readonly { readonly source: GPUBuffer; readonly texture: GPUTexture }[];
}

/** A batch of pairs of images: indices into the blocks. */
export interface PairBatch {
  readonly pairs: readonly (readonly [number, number])[];
  readonly x: ImageBlock;
  readonly z: ImageBlock;
}
