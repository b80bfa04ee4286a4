/** A stack of images of one shape, the input of every kernel. */
export interface ImageStack {
  /** Pixels, [count][channels][height][width], row-major. */
  readonly data: Float32Array;
  readonly count: number;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}
