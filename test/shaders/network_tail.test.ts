// network_tail.wgsl = its float64 mirror through dense layers and activations of every kind, with and without Θ at either
// end; an image with its copy has exactly the value of the image with itself.
import { contract, mirror, packTail, type TailLayer } from '../../shaders/network_tail.js';
import { testGpu } from '../support/gpu.js';
import { poisoned, randomNumbers, runShader } from '../support/run-shader.js';

const COUNT = 70;
const scales = { sigmaScale: 2, kScale: 4, thetaScale: 0.5 };
const layers: TailLayer[] = [
  { kind: 'dense', gain: 0.7, bias: 0.1, trained: true },
  { kind: 'relu', shape: 0.2, ...scales },
  { kind: 'dense', gain: 1.2, bias: 0, trained: false },
  { kind: 'gaussian', shape: 1.5, ...scales },
  { kind: 'erf', shape: 0, ...scales },
  { kind: 'dense', gain: 2, bias: 0.3, trained: true },
];

/** Images 0 and 1 are copies. */
const xVariance = randomNumbers(COUNT, 1).map((v, i) => (i === 5 ? 0 : 1 + v));
xVariance[1] = xVariance[0];
const zVariance = randomNumbers(COUNT, 2).map((v) => 1 + v);
zVariance[0] = zVariance[1] = xVariance[0];
const PAIRS = Array.from({ length: COUNT }, (_, i) => [i, i === 1 ? 0 : i] as const);

async function run(has: { sourceTheta: boolean; theta: boolean }) {
  const correlations = randomNumbers(COUNT, 3).map((v, i) => (i < 2 ? 1 : 1.8 * v));
  const sigma = correlations.map((c, i) =>
    i < 2 ? xVariance[0] : c * Math.sqrt(xVariance[i] * zVariance[PAIRS[i][1]]),
  );
  const theta = randomNumbers(COUNT, 4);
  theta[1] = theta[0];
  const result = await runShader(await testGpu(), contract, {
    buffers: {
      ...{ x_variance: xVariance, z_variance: zVariance, pairs: Uint32Array.from(PAIRS.flat()) },
      ...{ layers: packTail(layers), source_sigma: sigma, source_theta: theta },
      ...{ sigma: poisoned(COUNT), theta: poisoned(COUNT) },
    },
    params: {
      ...{ count: COUNT, layers: layers.length, has_variances: 1 },
      ...{ source_has_theta: has.sourceTheta ? 1 : 0, has_theta: has.theta ? 1 : 0 },
    },
    workgroups: [Math.ceil(COUNT / 64)],
  });
  const expected = PAIRS.map(([i, j]) =>
    mirror(layers, sigma[i], has.sourceTheta ? theta[i] : 0, xVariance[i], zVariance[j]),
  );
  return { result, expected };
}

test.each([true, false])('all layers, Θ at the beginning: %s', async (sourceTheta) => {
  const { result, expected } = await run({ sourceTheta, theta: true });
  for (const field of ['sigma', 'theta'] as const) {
    const largest = Math.max(...expected.map((pair) => Math.abs(pair[field])));
    for (const [i, pair] of expected.entries())
      expect(Math.abs(result[field][i] - pair[field]) <= 5e-6 * largest).toBe(true);
    expect(result[field][1]).toBe(result[field][0]);
  }
});

test('Σ alone', async () => {
  const { result, expected } = await run({ sourceTheta: false, theta: false });
  expect(result.theta).toEqual(poisoned(COUNT));
  expect(Math.abs(result.sigma[7] - expected[7].sigma) <= 5e-6 * Math.abs(expected[7].sigma)).toBe(true);
});
