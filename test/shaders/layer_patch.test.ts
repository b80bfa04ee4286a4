// layer_patch.wgsl = its float64 mirror, at sizes around a vec4, a strip and a workgroup; every element is written, and
// the cuts where q wraps are seen to matter.
import { contract, mirror } from '../../shaders/layer_patch.js';
import { testGpu } from '../support/gpu.js';
import { poisoned, randomNumbers, runShader, worstError } from '../support/run-shader.js';
import { layerCase, padded, SHAPES } from './layer-case.js';

const GUARD = 8;

test.each([...SHAPES.map((shape) => [...shape, 8] as const), [5, 5, 3] as const, [17, 6, 4] as const])(
  '%i×%i, strips of %i rows: sums of both tensors',
  async (height, width, rows) => {
    const gpu = await testGpu();
    const { planes } = layerCase(height, width);
    const [sigma, theta] = [1, 2].map((seed) => Float64Array.from(randomNumbers(planes.length ** 2, seed)));
    const quads = Math.ceil(width / 4);
    const elements = planes.length * height * 4 * quads;
    const { sigma_out, theta_out } = await runShader(gpu, contract, {
      constants: { HEIGHT: height, WIDTH: width, ROWS: rows },
      buffers: {
        planes: Uint32Array.from(planes.flat()),
        sigma_in: padded(sigma, width),
        theta_in: padded(theta, width),
        sigma_out: poisoned(elements + GUARD),
        theta_out: poisoned(elements + GUARD),
      },
      params: { planes: planes.length },
      workgroups: [Math.ceil((planes.length * Math.ceil(height / rows) * quads) / 64)],
    });
    for (const [computed, source] of [
      [sigma_out, sigma],
      [theta_out, theta],
    ] as const) {
      const expected = padded(mirror(source, planes, height, width), width);
      // Nine terms of at most 0.5.
      expect(worstError(computed.subarray(0, -GUARD), expected, 4.5) <= 9 * 2 ** -24).toBe(true);
      expect(computed.subarray(-GUARD).every(Number.isNaN)).toBe(true);
    }
  },
);

test('the mirror: a displaced plane has its cuts', () => {
  // dx = 1 on three columns: q wraps between columns 1 and 2.
  expect(Array.from(mirror(Float64Array.of(1, 2, 4), [[1, 0]], 1, 3))).toEqual([3, 3, 4]);
});
