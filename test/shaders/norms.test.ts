// norms.wgsl = its float64 mirror, at image sizes around a workgroup of 64 pixels, lines and single pixels included.
import { contract, mirror, patchSums } from '../../shaders/norms.js';
import { testGpu } from '../support/gpu.js';
import { poisoned, randomNumbers, runShader, worstError } from '../support/run-shader.js';

const SHAPES = [
  [1, 1],
  [1, 9],
  [9, 1],
  [7, 9], // 63 pixels
  [8, 8], // 64
  [5, 13], // 65
  [33, 4],
] as const;

test.each(SHAPES)('%i×%i, three images, two channels, four layers', async (height, width) => {
  const gpu = await testGpu();
  const [count, channels, layers, gain] = [3, 2, 4, 0.25];
  const pixels = height * width;
  const images = randomNumbers(count * channels * pixels);
  images.fill(0, 0, channels * pixels); // the first image is black
  const variance = poisoned(count * layers * pixels);
  let result = variance;
  for (let layer = 0; layer < layers; layer++) {
    ({ variance: result } = await runShader(gpu, contract, {
      constants: { HEIGHT: height, WIDTH: width, GAIN: gain },
      buffers: { images, variance: result },
      params: { layer, images: count, channels, layers },
      workgroups: [Math.ceil(pixels / 64), count],
    }));
  }
  const expected = mirror({ images, count, channels, layers, height, width, gain });
  const error = worstError(result, expected);
  expect(error <= 4 * layers * 2 ** -23).toBe(true);
  expect(result.subarray(0, layers * pixels).every((value) => value === 0)).toBe(true);
});

test('the mirror: patch sums of ones count the neighbours', () => {
  expect(Array.from(patchSums(new Float64Array(6).fill(1), 2, 3))).toEqual([4, 6, 4, 4, 6, 4]);
});
