// layer_relu.wgsl = its float64 mirror, at sizes around a workgroup, with correlations over the whole range, black
// patches (λ = 0), and an image with itself, where c = 1 exactly on plane 0; the comparison sees planted faults.
import type { ShaderContract } from '../../shaders/contract.js';
import { contract, mirror } from '../../shaders/layer_relu.js';
import { SNAP } from '../../shaders/shared/arc_cosine.js';
import { testGpu } from '../support/gpu.js';
import { plantedFault } from '../support/planted-fault.js';
import { randomNumbers, runShader, worstError } from '../support/run-shader.js';
import { CHANNELS, layerCase, SHAPES } from './layer-case.js';

const GAIN = 0.125;
const FIELD = CHANNELS + 1;
const GUARD = 8;
const TOLERANCE = 1e-6;

interface Comparison {
  readonly height: number;
  readonly width: number;
  readonly same?: boolean;
  readonly keep?: 0 | 1;
  readonly shader?: ShaderContract;
}

async function compare({ height, width, same = false, keep = 1, shader = contract }: Comparison) {
  const gpu = await testGpu();
  const { planes, fields } = layerCase(height, width);
  const pixels = height * width;
  const [x, z] = same ? [fields[0], fields[0]] : fields;
  const lambdaOf = (image: Float32Array) => image.subarray(FIELD * pixels, (FIELD + 1) * pixels);
  const [lambdaX, lambdaZ] = [lambdaOf(x), lambdaOf(z)];
  const q = ([dx, dy]: readonly [number, number], p: number) =>
    ((Math.floor(p / width) + dy) % height) * width + (((p % width) + dx) % width);
  // Correlations up to 0.9: nearer 1 the rounding of the inputs alone is worth more than the tolerance.
  const correlations = randomNumbers(pixels * pixels, 5);
  const sigma = Float32Array.from(correlations, (c, e) => {
    const [plane, p] = [Math.floor(e / pixels), e % pixels];
    const m = lambdaX[p] * lambdaZ[q(planes[plane], p)];
    return same && plane === 0 ? m : 1.8 * c * m;
  });
  const theta = randomNumbers(pixels * pixels, 6);
  const guarded = (tensor: Float32Array) => Float32Array.of(...tensor, ...new Array<number>(GUARD).fill(7));
  const result = await runShader(gpu, shader, {
    constants: { HEIGHT: height, WIDTH: width, GAIN },
    buffers: {
      x_fields: x,
      z_fields: z,
      planes: Uint32Array.from(planes.flat()),
      sigma: guarded(sigma),
      theta: guarded(theta),
    },
    params: { same: same ? 1 : 0, planes: planes.length, field: FIELD, keep },
    workgroups: [Math.ceil(pixels / 64), planes.length + 1],
  });
  const shape = { planes, same, height, width };
  const expected = mirror({ ...shape, sigma, theta, lambdaX, lambdaZ, gain: GAIN, keep, snap: SNAP });
  const largest = Math.max(...expected.sigma.map(Math.abs), GAIN * 0.5);
  const errors = (['sigma', 'theta'] as const).map((name) => {
    expect(Array.from(result[name].subarray(-GUARD))).toEqual(new Array(GUARD).fill(7));
    return worstError(result[name].subarray(0, -GUARD), expected[name], largest);
  });
  return Math.max(...errors);
}

test.each(SHAPES)('%i×%i: two images', async (height, width) => {
  expect((await compare({ height, width })) <= TOLERANCE).toBe(true);
});

test.each(SHAPES)('%i×%i: an image with itself', async (height, width) => {
  expect((await compare({ height, width, same: true })) <= TOLERANCE).toBe(true);
});

test('the last layer of a network whose last layer is frozen drops K', async () => {
  expect((await compare({ height: 5, width: 6, keep: 0 })) <= TOLERANCE).toBe(true);
});

test.each([
  ['lambda_of_p_twice', 'PIXELS + q]', 'PIXELS + p]'],
  ['theta_without_k', '+ params.keep * k', ''],
  ['kappa_mixed_up', 'kappa.kappa0.x', 'kappa.kappa1.x'],
])('the planted fault %s is seen', async (fault, text, replacement) => {
  const shader = plantedFault(contract, fault, text, replacement);
  expect((await compare({ height: 5, width: 6, shader })) <= TOLERANCE).toBe(false);
});
