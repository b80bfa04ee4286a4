import type { Bytes } from './bytes.js';

/** Order of the axes of one image in a file: [channels][height][width] or [height][width][channels]. */
export type PixelOrder = 'nchw' | 'nhwc';

/** The shape of a stack of images in a file. */
export interface PackedShape {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly order: PixelOrder;
}

/** The axes of an array of images, or of labels, as in messages: 100×3×32×32. */
export function formatShape(shape: readonly number[]): string {
  return shape.length === 0 ? 'a single number' : shape.length === 1 ? `(${shape[0]},)` : shape.join('×');
}

/**
 * Which axis of an array of images is which.
 *
 * `auto` takes N×H×W as one channel, and N×A×B×C as N×H×W×C if C is 1, 3 or 4 and A is not, else as N×C×H×W.
 *
 * @throws InputError if the array has no three or four axes, or an empty one.
 */
export function packedShape(
  bytes: Bytes,
  shape: readonly number[],
  layout: PixelOrder | 'auto',
): PackedShape & { count: number } {
  if (shape.length !== 3 && shape.length !== 4) {
    throw bytes.error(
      `images are an array of 3 axes (N×H×W) or 4 (N×C×H×W, N×H×W×C), but this one is ${formatShape(shape)}; reshape it`,
    );
  }
  if (shape[0] === 0) throw bytes.error(`holds no images (its shape is ${formatShape(shape)})`);
  if (shape.includes(0))
    throw bytes.error(`holds images without pixels (its shape is ${formatShape(shape)})`);
  const [count, a, b, c] = shape;
  if (shape.length === 3) return { count, channels: 1, height: a, width: b, order: 'nchw' };
  const order = layout !== 'auto' ? layout : isChannelCount(c) && !isChannelCount(a) ? 'nhwc' : 'nchw';
  return order === 'nhwc'
    ? { count, channels: c, height: a, width: b, order }
    : { count, channels: a, height: b, width: c, order };
}

function isChannelCount(size: number): boolean {
  return size === 1 || size === 3 || size === 4;
}
