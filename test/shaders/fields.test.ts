// fields.wgsl = its mirror: exact pixels, lambdas within a rounding, padding zero, every element written.
import { contract, fieldFloats, mirror } from '../../shaders/fields.js';
import { testGpu } from '../support/gpu.js';
import { poisoned, randomNumbers, runShader, worstError } from '../support/run-shader.js';

const SHAPES = [
  [1, 1, 4],
  [3, 3, 4],
  [2, 4, 4],
  [4, 5, 4],
  [6, 7, 1],
  [5, 8, 4],
  [3, 9, 4],
] as const;

test.each(SHAPES)('%i×%i, %i shifts', async (height, width, shifts) => {
  const gpu = await testGpu();
  const [count, channels, layers] = [2, 3, 2];
  const pixels = height * width;
  const images = randomNumbers(count * channels * pixels);
  const variance = randomNumbers(count * layers * pixels, 2).map((value) => value + 0.5);
  const shape = { channels, layers, height, width, shifts };
  const floats = fieldFloats(shape);
  const quads = Math.ceil(width / 4);
  const result = await runShader(gpu, contract, {
    constants: { HEIGHT: height, WIDTH: width, SHIFTS: shifts },
    buffers: { images, variance, x_fields: poisoned(count * floats.x), z_fields: poisoned(count * floats.z) },
    params: { images: count, channels, layers },
    workgroups: [Math.ceil((shifts * height * 2 * quads) / 64), channels + layers, count],
  });
  const expected = mirror({ images, variance, count, ...shape });
  expect(worstError(result.x_fields, expected.xFields) <= 2 ** -22).toBe(true);
  expect(worstError(result.z_fields, expected.zFields) <= 2 ** -22).toBe(true);
});

test('the mirror: wrapped and shifted columns, zero beyond the image', () => {
  const shape = { channels: 1, layers: 0, height: 1, width: 3, shifts: 4 };
  const { xFields, zFields } = mirror({ images: [1, 2, 3], variance: [], count: 1, ...shape });
  expect(Array.from(xFields)).toEqual([1, 2, 3, 0, 0, 0, 0, 0]);
  expect(Array.from(zFields.subarray(0, 8))).toEqual([1, 2, 3, 1, 2, 3, 1, 2]);
  expect(Array.from(zFields.subarray(8, 16))).toEqual([2, 3, 1, 2, 3, 1, 2, 3]);
});
