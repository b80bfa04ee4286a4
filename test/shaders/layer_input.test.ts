// layer_input.wgsl = its float64 mirror, at sizes around a vec4, a strip and a workgroup; every element is written.
import { contract, mirror } from '../../shaders/layer_input.js';
import { testGpu } from '../support/gpu.js';
import { poisoned, runShader, worstError } from '../support/run-shader.js';
import { CHANNELS, LAYERS, layerCase, padded, SHAPES } from './layer-case.js';

const GUARD = 8;

test.each(SHAPES)('%i×%i: products of every plane', async (height, width) => {
  const gpu = await testGpu();
  const { planes, images, xFields, zFields } = layerCase(height, width);
  const quads = Math.ceil(width / 4);
  const elements = planes.length * height * 4 * quads;
  const theta0 = 0.5;
  const { sigma, theta } = await runShader(gpu, contract, {
    constants: { HEIGHT: height, WIDTH: width, SHIFTS: 4 },
    buffers: {
      x_fields: xFields,
      z_fields: zFields,
      planes: Uint32Array.from(planes.flat()),
      sigma: poisoned(elements + GUARD),
      theta: poisoned(elements + GUARD),
    },
    params: { x: 0, z: 1, planes: planes.length, channels: CHANNELS, layers: LAYERS, theta0 },
    workgroups: [Math.ceil((height * quads) / 64), planes.length],
  });
  const pixels = CHANNELS * height * width;
  const expected = mirror({
    x: images.subarray(0, pixels),
    z: images.subarray(pixels),
    planes,
    channels: CHANNELS,
    height,
    width,
    theta0,
  });
  // Pixels are below 0.5, a product of two below 0.25.
  expect(
    worstError(sigma.subarray(0, -GUARD), padded(expected.sigma, width), 0.5) <= CHANNELS * 2 ** -24,
  ).toBe(true);
  expect(
    worstError(theta.subarray(0, -GUARD), padded(expected.theta, width), 0.25) <= CHANNELS * 2 ** -24,
  ).toBe(true);
  for (const tensor of [sigma, theta]) expect(tensor.subarray(-GUARD).every(Number.isNaN)).toBe(true);
});
