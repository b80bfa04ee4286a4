import {
  bothReadings,
  inOrder,
  isOneColourImage,
  likelyOrder,
  reshapeHint,
  type ImageAxes,
  type PixelOrder,
} from './axes.js';
import type { Bytes } from './bytes.js';

export type { PixelOrder };

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
 * N×H×W is one channel; of four axes `auto` takes the order that `likelyOrder` finds in their sizes.
 *
 * @throws InputError if the array has no three or four axes, an empty one, or four that may be in either order.
 */
export function packedShape(
  bytes: Bytes,
  shape: readonly number[],
  layout: PixelOrder | 'auto',
): PackedShape & { count: number } {
  if (shape.length !== 3 && shape.length !== 4) {
    throw bytes.error(
      `images are an array of 3 axes (N×H×W) or 4 (N×C×H×W, N×H×W×C), but this one is ${formatShape(shape)}; ${reshapeHint(shape)}`,
    );
  }
  if (shape[0] === 0) throw bytes.error(`holds no images (its shape is ${formatShape(shape)})`);
  if (shape.includes(0))
    throw bytes.error(`holds images without pixels (its shape is ${formatShape(shape)})`);
  const [count, height, width] = shape;
  if (shape.length === 3) {
    if (layout === 'auto' && isOneColourImage([count, height, width])) {
      throw bytes.error(
        `${formatShape(shape)} looks like one colour image; save it as x.reshape(1, ${shape.join(', ')}), or say that its layout is nchw for ${count} grey images of ${height}×${width} pixels`,
        undefined,
        'layout nchw',
      );
    }
    return { count, channels: 1, height, width, order: 'nchw' };
  }
  const axes: ImageAxes = [shape[1], shape[2], shape[3]];
  const order = layout === 'auto' ? likelyOrder(axes) : layout;
  if (order === undefined) {
    throw bytes.error(
      `${formatShape(shape)} may be ${bothReadings(axes)}; say which`,
      undefined,
      'layout nchw|nhwc',
    );
  }
  return { count, ...inOrder(axes, order) };
}
