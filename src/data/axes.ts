/** Order of the axes of one image in a file: [channels][height][width] or [height][width][channels]. */
export type PixelOrder = 'nchw' | 'nhwc';

/** The three axes of an image, in the order of the file. */
export type ImageAxes = readonly [number, number, number];

/** Smaller images, or longer ones, may as well be something else than colours. */
const LEAST_COLOUR_SIDE = 16;
const LARGEST_ASPECT = 2;

/** What `likelyOrder` does, for the help. */
export const LAYOUT_RULE =
  'two equal neighbouring axes are height and width, as in 3×32×32 and 8×8×13; else a 3 at one end is the colours ' +
  `if the other two are at least ${LEAST_COLOUR_SIDE} and neither more than twice the other, as in 48×32×3; ` +
  'anything else is refused';

/**
 * The order of the axes that their sizes show; undefined if either may be meant.
 *
 * 1. Two neighbouring axes of one size (above 1) are height and width, if that is true of one pair only.
 * 2. Otherwise a 3 at exactly one end is the channels (red, green, blue) where the other two axes are the sides of an
 *    ordinary image: at least 16 pixels, and neither more than twice the other.
 * 3. With 1 at both ends there is one channel in either order, and the image is only turned over, which changes no
 *    kernel: N×C×H×W.
 *
 * A 1 at one end decides nothing: N×12×50×1 is 12 channels of a signal as often as a grey image of 12×50.
 */
export function likelyOrder([a, b, c]: ImageAxes): PixelOrder | undefined {
  const [isFirstPair, isLastPair] = [a === b && a > 1, b === c && c > 1];
  if (isFirstPair !== isLastPair) return isFirstPair ? 'nhwc' : 'nchw';
  if (isFirstPair) return undefined;
  if (a === 3 && c !== 3 && areSides(b, c)) return 'nchw';
  if (c === 3 && a !== 3 && areSides(a, b)) return 'nhwc';
  return a === 1 && c === 1 ? 'nchw' : undefined;
}

/** Height and width of an ordinary image. */
function areSides(one: number, other: number): boolean {
  const [shorter, longer] = [Math.min(one, other), Math.max(one, other)];
  return shorter >= LEAST_COLOUR_SIDE && longer <= LARGEST_ASPECT * shorter;
}

/** Three axes that are rather one colour image, H×W×3, than grey images that are three pixels wide. */
export function isOneColourImage([a, b, c]: ImageAxes): boolean {
  return c === 3 && areSides(a, b);
}

/** Channels, height and width by this order. */
export function inOrder([a, b, c]: ImageAxes, order: PixelOrder) {
  return order === 'nhwc'
    ? { channels: c, height: a, width: b, order }
    : { channels: a, height: b, width: c, order };
}

/** Both readings of axes that decide nothing, with the option that chooses. */
export function bothReadings(axes: ImageAxes): string {
  const orders = ['nchw', 'nhwc'] as const;
  return orders
    .map((order) => {
      const { channels, height, width } = inOrder(axes, order);
      return `${channels} channel${channels === 1 ? '' : 's'} of ${height}×${width} pixels (layout ${order})`;
    })
    .join(' or ');
}

/** How an array of other than three or four axes becomes images, as a line of NumPy where the sizes show it. */
export function reshapeHint(shape: readonly number[]): string {
  if (shape.length === 2) {
    const [, numbers] = shape;
    const side = Math.sqrt(numbers);
    if (Number.isInteger(side) && side > 1) return `reshape it, as x.reshape(-1, ${side}, ${side})`;
    const colour = Math.sqrt(numbers / 3);
    if (Number.isInteger(colour) && colour > 1) {
      return `reshape it: x.reshape(-1, 3, ${colour}, ${colour}) where each row is one colour after the other, x.reshape(-1, ${colour}, ${colour}, 3) where it is one pixel after the other`;
    }
    return `reshape it, as x.reshape(-1, height, width) with height·width = ${numbers}`;
  }
  if (shape.length < 2) return 'reshape it, as x.reshape(-1, height, width)';
  const [count, height, width] = [shape[0], shape.at(-2), shape.at(-1)];
  return `reshape it: x.reshape(${count}, -1, ${height}, ${width}) makes channels of the axes between the first and the last two`;
}
