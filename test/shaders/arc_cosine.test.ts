// The ReLU step alone: float32 polynomials against float64, over the whole range and at its delicate ends.
import { arcCosine, SNAP } from '../../shaders/shared/arc_cosine.js';
import { SHADER_FILES } from '../support/link-wgsl.js';
import { runProbe } from '../support/probe.js';

const PROBE = `import package::shared::arc_cosine::arc_cosine;
import package::shared::arc_cosine::SNAP;
@group(0) @binding(0) var<storage, read> input: array<vec2f>;
@group(0) @binding(1) var<storage, read_write> output: array<vec2f>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= arrayLength(&input)) { return; }
  let at = input[id.x];
  let kappa = arc_cosine(vec4f(at.x), vec4f(at.y), SNAP);
  output[id.x] = vec2f(kappa.kappa1.x, kappa.kappa0.w);
}`;

const evaluate = (points: Float32Array, sources = SHADER_FILES) => runProbe(PROBE, points, 2, sources);

const { abs, fround, max } = Math;

/** Worst errors of kappa1 (relative to m) and kappa0 (absolute) against float64 at the same float32 points. */
async function worst(
  points: Float32Array,
  sources = SHADER_FILES,
): Promise<{ kappa1: number; kappa0: number }> {
  const values = await evaluate(points, sources);
  const errors = { kappa1: 0, kappa0: 0 };
  for (let e = 0; e < points.length; e += 2) {
    const [sigma, m] = [points[e], points[e + 1]];
    const exact = arcCosine(sigma, m, SNAP);
    const k1 = abs(values[e] - exact.kappa1) / max(m, 1e-30);
    const k0 = abs(values[e + 1] - exact.kappa0);
    if (!(k1 <= errors.kappa1)) errors.kappa1 = k1;
    if (!(k0 <= errors.kappa0)) errors.kappa0 = k0;
  }
  return errors;
}

function everyCorrelation(): Float32Array {
  const n = 200_001;
  const points = new Float32Array(2 * n);
  for (let e = 0; e < n; e++) {
    points[2 * e] = -1 + (2 * e) / (n - 1);
    points[2 * e + 1] = 1;
  }
  return points;
}

test('200,001 correlations across [-1, 1]: kappa1 within 3e-7 of m, kappa0 within 3e-7', async () => {
  const errors = await worst(everyCorrelation());
  expect(errors.kappa1).toBeLessThanOrEqual(3e-7);
  expect(errors.kappa0).toBeLessThanOrEqual(3e-7);
});

test('close to +-1, outside the snap: no loss beyond float32 inputs', async () => {
  const points: number[] = [];
  for (let exponent = -20; exponent <= -1; exponent += 0.05) {
    const c = fround(1 - 2 ** exponent);
    for (const m of [1, 3.7, 1e-20, 2.5e15]) points.push(fround(c * m), fround(m), -fround(c * m), fround(m));
  }
  const errors = await worst(Float32Array.from(points));
  // 1/m is rounded once, sqrt halves it: relative 1e-7 of an angle of at most pi/2.
  expect(errors.kappa1).toBeLessThanOrEqual(3e-7);
  expect(errors.kappa0).toBeLessThanOrEqual(3e-7);
});

test('exact ends: equal patches, opposite patches, orthogonal patches, black patches', async () => {
  const up = (value: number) => fround(value * (1 + 2 ** -23));
  const points = [1, 1, up(1), 1, 1 - 2 ** -23, 1, -1, 1, -up(1), 1, 0, 1, 0, 0].map(fround);
  const values = Array.from(await evaluate(Float32Array.from(points)));
  const kappa0 = values.filter((_, e) => e % 2 === 1);
  expect(kappa0.slice(0, 5)).toEqual([1, 1, 1, 0, 0]);
  expect(abs(kappa0[5] - 0.5) <= 1e-7).toBe(true);
  expect(Number.isFinite(kappa0[6])).toBe(true);
  const kappa1 = values.filter((_, e) => e % 2 === 0);
  expect(kappa1.slice(0, 3)).toEqual([1, 1, 1]);
  expect(kappa1[3]).toBe(0);
  expect(abs(kappa1[5] - 1 / Math.PI) <= 1e-7).toBe(true);
  expect(kappa1[6]).toBe(0);
});

test.each([
  ['a coefficient of A wrong in the sixth digit', '0.03751382976770401', '0.03751482976770401', 'kappa0'],
  ['a coefficient of B wrong in the sixth digit', '-0.11254025250673294', '-0.11254125250673294', 'kappa1'],
  ['the sign not folded', 'select(1.0 - angle, angle, sigma < vec4f(0.0))', '1.0 - angle', 'kappa0'],
] as const)('planted fault must fail: %s', async (_, text, fault, quantity) => {
  const source = SHADER_FILES['shared/arc_cosine.wgsl'];
  expect(source).toContain(text);
  const faulty = { ...SHADER_FILES, 'shared/arc_cosine.wgsl': source.replace(text, fault) };
  const errors = await worst(everyCorrelation(), faulty);
  expect(errors[quantity] <= 3e-7).toBe(false);
});
