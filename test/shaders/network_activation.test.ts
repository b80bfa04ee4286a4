// network_activation.wgsl = its float64 mirror, which is the definition of every activation: correlations over the whole
// range, exactly ±1 among them, black patches, variances from tiny to large, with and without Θ; an image with itself
// keeps its variances; the comparison sees planted faults.
import type { ShaderContract } from '../../shaders/contract.js';
import {
  contract,
  KINDS,
  mirror,
  mirrorElement,
  type ActivationKind,
} from '../../shaders/network_activation.js';
import { activate } from '../../src/network/activations.js';
import { axisElements } from '../../src/network/axis.js';
import { testGpu } from '../support/gpu.js';
import { plantedFault } from '../support/planted-fault.js';
import { randomNumbers, runShader } from '../support/run-shader.js';

const GUARD = 8;
const TOLERANCE = 1e-6;
const [HEIGHT, WIDTH] = [3, 5];
const ROWS = axisElements({ positions: HEIGHT, classes: [0, 2] });
const COLUMNS = axisElements({ positions: WIDTH, classes: [0, 1, 4] });
const PAIRS = [
  [1, 0],
  [0, 1],
  [1, 1],
  [0, 0],
  [1, 0],
] as const;

interface Comparison {
  readonly kind: ActivationKind;
  readonly shape: number;
  /** Of the variances. */
  readonly size?: number;
  readonly hasTheta?: boolean;
  readonly shader?: ShaderContract;
}

/** Largest errors of Σ in units of the largest K, and of Θ in units of the largest K̇ Θ. */
async function compare({ kind, shape, size = 1, hasTheta = true, shader = contract }: Comparison) {
  const positions = HEIGHT * WIDTH;
  const variance = (seed: number) =>
    randomNumbers(2 * positions, seed).map((v, p) => (p % 7 === 3 ? 0 : size * (0.6 + v)));
  const [xVariance, zVariance] = [variance(1), variance(2)];
  const elements = PAIRS.flatMap(([i, j]) => ROWS.flatMap((r) => COLUMNS.map((c) => ({ i, j, r, c }))));
  const count = elements.length;
  // Up to 0.9: nearer ±1 the rounding of the input alone is worth more than the tolerance. And exactly ±1.
  const c = randomNumbers(count, 3).map((v, e) => (e % 11 === 0 ? 1 : e % 11 === 1 ? -1 : 1.8 * v));
  const sigma = Float32Array.from(elements, ({ i, j, r, c: column }, e) => {
    const a = xVariance[(i * HEIGHT + r[0]) * WIDTH + column[0]];
    const b = zVariance[(j * HEIGHT + r[1]) * WIDTH + column[1]];
    return c[e] * Math.sqrt(a * b);
  });
  const theta = randomNumbers(count, 4);
  const scales = { sigmaScale: 2, kScale: 4, thetaScale: 0.5 };
  const guarded = (tensor: Float32Array) => Float32Array.of(...tensor, ...new Array<number>(GUARD).fill(7));
  const result = await runShader(await testGpu(), shader, {
    constants: { PAIRS: 4 },
    buffers: {
      x_variance: xVariance,
      z_variance: zVariance,
      pairs: Uint32Array.from(PAIRS.flat()),
      rows: Uint32Array.from(ROWS.flat()),
      columns: Uint32Array.from(COLUMNS.flat()),
      sigma: guarded(sigma),
      theta: guarded(theta),
    },
    params: {
      ...{ pairs: PAIRS.length, row_elements: ROWS.length, column_elements: COLUMNS.length },
      ...{ height: HEIGHT, width: WIDTH },
      ...{ kind: KINDS[kind], shape, sigma_scale: 2, k_scale: 4, theta_scale: 0.5 },
      has_theta: hasTheta ? 1 : 0,
    },
    workgroups: [2, Math.ceil(count / 128) + 1],
  });
  const expected = { sigma: Float64Array.from(sigma), theta: Float64Array.from(theta) };
  const geometry = { pairs: PAIRS, rows: ROWS, columns: COLUMNS, height: HEIGHT, width: WIDTH };
  mirror(
    { kind, shape, ...scales, xVariance, zVariance, ...geometry },
    expected.sigma,
    hasTheta ? expected.theta : undefined,
  );
  const errors = (['sigma', 'theta'] as const).map((name) => {
    expect(Array.from(result[name].subarray(-GUARD))).toEqual(new Array(GUARD).fill(7));
    const largest = Math.max(...expected[name].map(Math.abs));
    return Math.max(...Array.from(expected[name], (v, e) => Math.abs(result[name][e] - v))) / largest;
  });
  return Math.max(...errors);
}

const CASES: Comparison[] = [
  { kind: 'relu', shape: 0 },
  { kind: 'relu', shape: 0.3 },
  { kind: 'relu', shape: -1 },
  { kind: 'relu', shape: 0, hasTheta: false },
  { kind: 'gaussian', shape: 1 },
  { kind: 'gaussian', shape: 4 },
  { kind: 'erf', shape: 0 },
  { kind: 'erf', shape: 0, hasTheta: false },
  ...[1e-6, 1e-3, 30].flatMap((size) =>
    (['relu', 'gaussian', 'erf'] as const).map((kind) => ({ kind, shape: kind === 'relu' ? 0.1 : 2, size })),
  ),
];

test.each(CASES)('%j', async (comparison) => {
  expect((await compare(comparison)) <= TOLERANCE).toBe(true);
});

test.each([
  ['snaps_all', '< SNAP * product', '< 0.5 * product', { kind: 'relu', shape: 0 }],
  ['no_slope', 'vec2f(s + share', 'vec2f(share', { kind: 'relu', shape: 0.3 }],
  ['gamma_once', 'vec2f(m * e, activation.shape * e)', 'vec2f(m * e, e)', { kind: 'gaussian', shape: 4 }],
  ['black', '1.0, m < TINY', '0.0, m < TINY', { kind: 'gaussian', shape: 4 }],
  ['no_scale', 'let scale = activation.sigma_scale', 'let scale = 1.0', { kind: 'erf', shape: 0 }],
  ['theta_unscaled', 'params.theta_scale * k.y', 'k.y', { kind: 'erf', shape: 0 }],
  ['other_position', 'row.y * params.width', 'row.x * params.width', { kind: 'relu', shape: 0 }],
] as const)('the planted fault %s is seen', async (fault, text, replacement, comparison) => {
  const faultyShader = plantedFault(contract, fault, text, replacement);
  expect((await compare({ ...comparison, shader: faultyShader })) <= TOLERANCE).toBe(false);
});

test.each([
  [{ layer: 'relu' }, 'relu', 0],
  [{ layer: 'relu', slope: 0.3 }, 'relu', 0.3],
  [{ layer: 'gaussian', gamma: 2 }, 'gaussian', 2],
  [{ layer: 'erf' }, 'erf', 0],
] as const)('the mirror of %j is the definition, and K̇ is the derivative of K', (layer, kind, shape) => {
  const exact = { kind, shape, sigmaScale: 1, kScale: 1, snap: 0 };
  const [a, b] = [0.7, 2.1];
  for (const c of [-1, -0.999, -0.5, 0, 0.3, 0.9, 0.99999, 1]) {
    const s = c * Math.sqrt(a * b);
    const { k, kDot } = mirrorElement(exact, s, a, b);
    const defined = activate(layer, s, a, b);
    expect(Math.abs(k - defined.k) <= 1e-14).toBe(true);
    expect(Math.abs(kDot - defined.kDot) <= 3e-8).toBe(true);
    if (Math.abs(c) > 0.95) continue;
    const step = 1e-5;
    const slope = (activate(layer, s + step, a, b).k - activate(layer, s - step, a, b).k) / (2 * step);
    expect(Math.abs(slope - kDot) <= 1e-8).toBe(true);
  }
  expect(mirrorElement(exact, 0, 0, 1).k).toBe(0);
});

test('an image with itself keeps its variances to the last bit, whatever the size', async () => {
  const count = 512;
  const variance = randomNumbers(count, 9).map((v, p) => (0.6 + v) * 2 ** ((p % 60) - 30));
  const axis = Uint32Array.from({ length: 2 * count }, (_, k) => k >> 1);
  const { sigma, theta } = await runShader(await testGpu(), contract, {
    constants: { PAIRS: 4 },
    buffers: {
      x_variance: variance,
      z_variance: variance,
      pairs: Uint32Array.of(0, 0),
      rows: Uint32Array.of(0, 0),
      columns: axis,
      sigma: variance.slice(),
      theta: new Float32Array(count).fill(1),
    },
    params: {
      ...{ pairs: 1, row_elements: 1, column_elements: count, height: 1, width: count },
      ...{ kind: KINDS.relu, shape: 0, sigma_scale: 1, k_scale: 1, theta_scale: 1, has_theta: 1 },
    },
    workgroups: [Math.ceil(count / 64)],
  });
  expect(sigma).toEqual(variance);
  expect(theta).toEqual(new Float32Array(count).fill(1));
});
