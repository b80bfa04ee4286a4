// layer_input.wgsl = its float64 mirror, at sizes around a workgroup; every element is written, and none beyond.
import { contract, mirror } from '../../shaders/layer_input.js';
import { testGpu } from '../support/gpu.js';
import { poisoned, runShader, worstError } from '../support/run-shader.js';
import { CHANNELS, layerCase, SHAPES } from './layer-case.js';

const GUARD = 8;

test.each(SHAPES)('%i×%i: products of every plane', async (height, width) => {
  const gpu = await testGpu();
  const {
    planes,
    fields: [x, z],
  } = layerCase(height, width);
  const pixels = height * width;
  const theta0 = 0.5;
  const { sigma, theta } = await runShader(gpu, contract, {
    constants: { HEIGHT: height, WIDTH: width },
    buffers: {
      x_fields: x,
      z_fields: z,
      planes: Uint32Array.from(planes.flat()),
      sigma: poisoned(planes.length * pixels + GUARD),
      theta: poisoned(planes.length * pixels + GUARD),
    },
    params: { planes: planes.length, channels: CHANNELS, theta0 },
    // A plane too many: nothing of it may be written.
    workgroups: [Math.ceil(pixels / 64), planes.length + 1],
  });
  const expected = mirror({ x, z, planes, channels: CHANNELS, height, width, theta0 });
  // Pixels are below 0.5, a product of two below 0.25.
  const tolerance = CHANNELS * 2 ** -24;
  expect(worstError(sigma.subarray(0, -GUARD), expected.sigma, 0.5) <= tolerance).toBe(true);
  expect(worstError(theta.subarray(0, -GUARD), expected.theta, 0.25) <= tolerance).toBe(true);
  for (const tensor of [sigma, theta]) expect(tensor.subarray(-GUARD).every(Number.isNaN)).toBe(true);
});
