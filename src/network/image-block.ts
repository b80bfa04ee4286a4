/** Images on the device, with the variances that the activations of a network need of them. */
export interface ImageBlock {
  /** [count][C][H][W] f32, scaled. */
  readonly images: GPUBuffer;
  /** [variances] of [count][height][width] f32. */
  readonly variances: readonly GPUBuffer[];
  /** [runs]: what the fused plane kernel reads of them. */
  readonly runs: readonly RunFields[];
  readonly count: number;
}

export interface RunFields {
  /** [count][L][H][W] f32 */
  readonly variance: GPUBuffer;
  /** Pixels as shaders/fields.ts lays them out, if the run begins with them, and the square roots of the variances. */
  readonly xFields: GPUBuffer;
  readonly zFields: GPUBuffer;
  /** The contents of both, where the run's kernel samples them. */
  readonly texels?: { readonly x: GPUTexture; readonly z: GPUTexture };
}
