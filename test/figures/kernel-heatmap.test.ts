// The picture decodes to the expected size; images are sorted by class with a white line between classes; blocks
// of a class are brighter than the rest; outliers, black images and more images than pixels do no harm.
import { decode } from 'fast-png';
import { cosineSimilarity, kernelHeatmap } from '../../src/figures/kernel-heatmap.js';

/** K_ij = 4 within a class, 1 elsewhere, 5 on the diagonal; classes alternate. */
function blockKernel(n: number, classes: number): { kernel: Float32Array; labels: Int32Array } {
  const labels = Int32Array.from({ length: n }, (_, i) => i % classes);
  const kernel = Float32Array.from({ length: n * n }, (_, e) => {
    const [i, j] = [Math.floor(e / n), e % n];
    return i === j ? 5 : labels[i] === labels[j] ? 4 : 1;
  });
  return { kernel, labels };
}

function pixelsOf(png: Uint8Array) {
  const { width, height, channels, data } = decode(png);
  const at = (y: number, x: number) =>
    Array.from(data.subarray((y * width + x) * channels).subarray(0, channels));
  return { width, height, at };
}

const WHITE = [255, 255, 255];
const DARKEST = [0x44, 0x01, 0x54];
const BRIGHTEST = [0xfd, 0xe7, 0x25];

test('sorts by class, parts the classes by white lines, draws blocks in viridis', () => {
  const { kernel, labels } = blockKernel(6, 2);
  const { png, sizePixels, range } = kernelHeatmap(kernel, labels, { sizePixels: 62, clippedShare: 0 });
  const { width, height, at } = pixelsOf(png);
  // Six images of ten pixels and one line of two.
  expect([width, height, sizePixels]).toEqual([62, 62, 62]);
  expect(range[0]).toBeCloseTo(0.2, 6);
  expect(range[1]).toBeCloseTo(0.8, 6);
  const insideOrLine = (p: number) => (p < 30 ? 0 : p < 32 ? -1 : 1);
  for (let y = 0; y < 62; y++) {
    for (let x = 0; x < 62; x++) {
      const [row, column] = [insideOrLine(y), insideOrLine(x)];
      const expected = row < 0 || column < 0 ? WHITE : row === column ? BRIGHTEST : DARKEST;
      expect(at(y, x)).toEqual(expected);
    }
  }
});

test('a few outliers do not take the whole scale', () => {
  const { kernel, labels } = blockKernel(40, 4);
  kernel[1] = kernel[40] = -5;
  expect(kernelHeatmap(kernel, labels, { clippedShare: 0 }).range[0]).toBeCloseTo(-1, 6);
  expect(kernelHeatmap(kernel, labels, { clippedShare: 0.005 }).range[0]).toBeCloseTo(0.2, 6);
});

test('about 800 pixels, whole pixels for every image', () => {
  const { kernel, labels } = blockKernel(250, 10);
  const { sizePixels } = kernelHeatmap(kernel, labels);
  expect(sizePixels).toBe(250 * 3 + 9 * 2);
});

test('more images than pixels: some are shown', () => {
  const { kernel, labels } = blockKernel(90, 3);
  const { png } = kernelHeatmap(kernel, labels, { sizePixels: 40 });
  const { width, at } = pixelsOf(png);
  expect(width).toBe(30 + 2 * 2);
  expect(at(0, 0)).toEqual(BRIGHTEST);
  expect(at(0, 33)).toEqual(DARKEST);
});

test('black images have similarity 0 and a single image is a picture', () => {
  expect(Array.from(cosineSimilarity(Float32Array.of(4, 0, 0, 0), 2))).toEqual([1, 0, 0, 0]);
  expect(pixelsOf(kernelHeatmap(Float32Array.of(3), [7], { sizePixels: 5 }).png).at(2, 2)).toEqual(BRIGHTEST);
  expect(pixelsOf(kernelHeatmap(new Float32Array(4), [0, 0], { sizePixels: 4 }).png).at(0, 0)).toEqual(
    DARKEST,
  );
});

test('refuses sizes that disagree', () => {
  expect(() => kernelHeatmap(new Float32Array(5), [0, 1])).toThrow(
    'a kernel of 5 elements for 2 labels; 2×2 are needed',
  );
  expect(() => kernelHeatmap(new Float32Array(0), [])).toThrow(RangeError);
});
