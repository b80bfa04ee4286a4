// A table of shapes on both sides of each boundary of the rule; no shape is read in an order that exchanging its
// ends would not exchange; the lines that reshape an array do so.
import { inOrder, likelyOrder, reshapeHint, type ImageAxes } from '../../src/data/axes.js';

describe('the order that the sizes of three axes show', () => {
  test.each<[ImageAxes, 'nchw' | 'nhwc']>([
    // Two equal neighbours are height and width, whatever the channels.
    [[3, 32, 32], 'nchw'],
    [[32, 32, 3], 'nhwc'],
    [[1, 28, 28], 'nchw'],
    [[28, 28, 1], 'nhwc'],
    [[4, 32, 32], 'nchw'],
    [[8, 8, 13], 'nhwc'],
    [[13, 8, 8], 'nchw'],
    [[4, 4, 3], 'nhwc'],
    [[3, 4, 4], 'nchw'],
    [[8, 8, 2], 'nhwc'],
    [[2, 8, 8], 'nchw'],
    [[4, 4, 1], 'nhwc'],
    [[16, 4, 4], 'nchw'],
    [[2, 2, 3], 'nhwc'],
    [[3, 2, 2], 'nchw'],
    [[3, 3, 1], 'nhwc'],
    [[1, 3, 3], 'nchw'],
    [[3, 3, 32], 'nhwc'],
    [[512, 7, 7], 'nchw'],
    // Colours of images that are not square.
    [[3, 32, 48], 'nchw'],
    [[32, 48, 3], 'nhwc'],
    [[3, 16, 32], 'nchw'],
    [[32, 16, 3], 'nhwc'],
    [[3, 480, 640], 'nchw'],
    // One channel in either order.
    [[1, 1, 1], 'nchw'],
    [[1, 8, 1], 'nchw'],
  ])('%j is %s', (axes, order) => expect(likelyOrder(axes)).toBe(order));

  test.each<[ImageAxes]>([
    [[4, 4, 4]],
    [[3, 3, 3]],
    [[3, 4, 3]],
    [[3, 32, 3]],
    [[12, 50, 1]],
    [[1, 12, 50]],
    [[28, 30, 1]],
    [[1, 1, 3]],
    [[3, 1, 1]],
    [[1, 1, 512]],
    [[512, 1, 1]],
    [[5, 8, 2]],
    [[5, 8, 4]],
    [[32, 48, 4]],
    [[3, 4, 5]],
    [[3, 1, 2]],
    [[8, 13, 8]],
    // One below the sides, and above the ratio of sides, that colours are taken for.
    [[3, 15, 16]],
    [[16, 15, 3]],
    [[3, 16, 33]],
    [[33, 16, 3]],
  ])('%j may be either', (axes) => expect(likelyOrder(axes)).toBeUndefined());

  test('the rule takes no side: with its ends exchanged every shape is read the other way', () => {
    const exchanged = { nchw: 'nhwc', nhwc: 'nchw' } as const;
    const sizes = [1, 2, 3, 4, 8, 13, 16, 17, 32, 50];
    for (const a of sizes) {
      for (const b of sizes) {
        for (const c of sizes) {
          const [one, other] = [likelyOrder([a, b, c]), likelyOrder([c, b, a])];
          // One channel, which stays one when the image is turned over.
          if (a === 1 && c === 1) expect([one, other]).toEqual(['nchw', 'nchw']);
          else expect(other).toBe(one && exchanged[one]);
        }
      }
    }
  });

  test('channels, height and width by an order', () => {
    expect(inOrder([2, 3, 4], 'nchw')).toEqual({ channels: 2, height: 3, width: 4, order: 'nchw' });
    expect(inOrder([2, 3, 4], 'nhwc')).toEqual({ channels: 4, height: 2, width: 3, order: 'nhwc' });
  });
});

test.each([
  [[100, 784], ['x.reshape(-1, 28, 28)']],
  [
    [100, 3072],
    ['x.reshape(-1, 3, 32, 32)', 'x.reshape(-1, 32, 32, 3)'],
  ],
  [
    [100, 12],
    ['x.reshape(-1, 3, 2, 2)', 'x.reshape(-1, 2, 2, 3)'],
  ],
  [[100, 600], ['height·width = 600']],
  [[784], ['x.reshape(-1, height, width)']],
  [[], ['x.reshape(-1, height, width)']],
  [[10, 5, 2, 8, 9], ['x.reshape(10, -1, 8, 9)']],
])('an array of shape %j is told how to become images', (shape, pieces) => {
  for (const piece of pieces) expect(reshapeHint(shape)).toContain(piece);
  // What is named has as many numbers as the array.
  for (const [, list] of reshapeHint(shape).matchAll(/reshape\(([-\d, ]+)\)/g)) {
    const product = list.split(',').reduce((all, size) => all * Math.abs(Number(size)), 1);
    expect(shape.reduce((all, size) => all * size, 1) % product).toBe(0);
  }
});
