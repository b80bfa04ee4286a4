// layer_relu.wgsl = its float64 mirror, at sizes around a vec4, a strip and a workgroup, with correlations over the whole
// range, black patches (λ = 0), and an image with itself, where c = 1 exactly on plane 0.
import { contract, mirror } from '../../shaders/layer_relu.js';
import { SNAP } from '../../shaders/shared/arc_cosine.js';
import { testGpu } from '../support/gpu.js';
import { randomNumbers, runShader, worstError } from '../support/run-shader.js';
import { CHANNELS, LAYERS, layerCase, padded, SHAPES } from './layer-case.js';

const GAIN = 0.125;
const LAYER = 1;
const GUARD = 8;

async function compare(height: number, width: number, z: 0 | 1, keep: 0 | 1) {
  const gpu = await testGpu();
  const { planes, lambda, xFields, zFields } = layerCase(height, width);
  const pixels = height * width;
  const quads = Math.ceil(width / 4);
  const lambdaOf = (image: number) =>
    lambda.subarray((image * LAYERS + LAYER) * pixels, (image * LAYERS + LAYER + 1) * pixels);
  const [lambdaX, lambdaZ] = [lambdaOf(0), lambdaOf(z)];
  const q = ([dx, dy]: readonly [number, number], p: number) =>
    ((Math.floor(p / width) + dy) % height) * width + (((p % width) + dx) % width);
  // Correlations up to 0.9: nearer 1 the rounding of the inputs alone is worth more than the tolerance.
  const correlations = randomNumbers(pixels * pixels, 5);
  const sigma = Float32Array.from(correlations, (c, e) => {
    const [plane, p] = [Math.floor(e / pixels), e % pixels];
    const m = lambdaX[p] * lambdaZ[q(planes[plane], p)];
    return z === 0 && plane === 0 ? m : 1.8 * c * m;
  });
  const theta = randomNumbers(pixels * pixels, 6);
  const guarded = (tensor: Float32Array) =>
    Float32Array.of(...padded(tensor, width), ...new Array<number>(GUARD).fill(7));
  const result = await runShader(gpu, contract, {
    constants: { HEIGHT: height, WIDTH: width, SHIFTS: 4, GAIN },
    buffers: {
      x_fields: xFields,
      z_fields: zFields,
      planes: Uint32Array.from(planes.flat()),
      sigma: guarded(sigma),
      theta: guarded(theta),
    },
    params: {
      x: 0,
      z,
      same: z === 0 ? 1 : 0,
      planes: planes.length,
      field: CHANNELS + LAYER,
      fields: CHANNELS + LAYERS,
      keep,
    },
    workgroups: [Math.ceil((height * quads) / 64), planes.length],
  });
  const expected = mirror({
    sigma,
    theta,
    lambdaX,
    lambdaZ,
    planes,
    same: z === 0,
    height,
    width,
    gain: GAIN,
    keep,
    snap: SNAP,
  });
  const largest = Math.max(...expected.sigma.map(Math.abs), GAIN * 0.5);
  for (const name of ['sigma', 'theta'] as const) {
    expect(Array.from(result[name].subarray(-GUARD))).toEqual(new Array(GUARD).fill(7));
    const error = worstError(result[name].subarray(0, -GUARD), padded(expected[name], width), largest);
    expect(error <= 1e-6).toBe(true);
  }
}

test.each(SHAPES)('%i×%i: two images', (height, width) => compare(height, width, 1, 1));
test.each(SHAPES)('%i×%i: an image with itself', (height, width) => compare(height, width, 0, 1));
test('the last layer of a network whose last layer is frozen drops K', () => compare(5, 6, 1, 0));
