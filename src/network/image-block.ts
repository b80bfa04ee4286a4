/** Images on the device, with the variances that the activations of a network need of them. */
export interface ImageBlock {
  /** [count][C][H][W] f32, scaled. */
  readonly images: GPUBuffer;
  /** [variances] of [count][height][width] f32. */
  readonly variances: readonly GPUBuffer[];
  readonly count: number;
}
