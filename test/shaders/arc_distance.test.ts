// The ReLU step on squared distances alone: float32 against float64 at the same points, for angles up to 2.5 and
// vectors of equal and of different lengths. What it is for: of equal lengths the distance after the step has the relative
// accuracy of the one before, however small. The other side: where lengths differ, their rounding counts as no angle.
import { arcDistance } from '../../shaders/shared/arc_distance.js';
import { SNAP } from '../../shaders/shared/arc_cosine.js';
import { SHADER_FILES } from '../support/link-wgsl.js';
import { runProbe } from '../support/probe.js';

const PROBE = `import package::shared::arc_distance::arc_distance;
@group(0) @binding(0) var<storage, read> input: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> output: array<vec4f>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= arrayLength(&input)) { return; }
  let at = input[id.x];
  let kappa = arc_distance(at.x, at.y, at.z);
  output[id.x] = vec4f(kappa.kappa1, kappa.kappa0, kappa.distance, 0.0);
}`;

type Point = readonly [d: number, a: number, b: number];

const evaluate = (points: readonly Point[], sources = SHADER_FILES) =>
  runProbe(PROBE, Float32Array.from(points.flatMap((point) => [...point, 0])), 4, sources);

const { abs, fround, max, sin } = Math;

/** Half the squared distance of vectors of lengths a and b at an angle, rounded to float32 as all three. */
function pointOf(angle: number, a: number, b: number): Point {
  return [fround((a - b) ** 2 / 2 + 2 * a * b * sin(angle / 2) ** 2), fround(a), fround(b)];
}

/** Largest errors: of κ₁ relative to m, of κ₀, and of the distance, relative to itself. */
async function worst(points: readonly Point[], sources = SHADER_FILES) {
  const values = await evaluate(points, sources);
  const errors = { kappa1: 0, kappa0: 0, distance: 0 };
  for (const [e, [d, a, b]] of points.entries()) {
    const exact = arcDistance(d, a, b, SNAP);
    const [kappa1, kappa0, distance] = values.subarray(4 * e, 4 * e + 3);
    const found = {
      kappa1: abs(kappa1 - exact.kappa1) / max(a * b, 1e-30),
      kappa0: abs(kappa0 - exact.kappa0),
      distance: exact.distance === distance ? 0 : abs(distance - exact.distance) / exact.distance,
    };
    for (const key of ['kappa1', 'kappa0', 'distance'] as const)
      if (!(found[key] <= errors[key])) errors[key] = found[key];
  }
  return errors;
}

// Up to where vectors are nearly opposite: there m − |σ| has no more accuracy than in arc_cosine.
const ANGLES = Array.from({ length: 20_001 }, (_, e) => 2.5 * 10 ** (-7 + (7 * e) / 20_000));

test('equal lengths, angles from 2.5e-7 to 2.5: a relative accuracy of the distance that does not depend on it', async () => {
  for (const length of [1, 37, 1e-8]) {
    const errors = await worst(ANGLES.map((angle) => pointOf(angle, length, length)));
    expect(errors.distance).toBeLessThanOrEqual(1e-6);
    expect(errors.kappa0).toBeLessThanOrEqual(3e-7);
    expect(errors.kappa1).toBeLessThanOrEqual(4e-7);
  }
});

test.each([0.3, 1e-3])('lengths that differ by %d: no angle out of rounding', async (difference) => {
  // Angles that are large beside what the difference of two rounded lengths leaves uncertain.
  const smallest = 30 * Math.sqrt(SNAP * difference);
  const angles = ANGLES.filter((angle) => angle > smallest);
  const errors = await worst(angles.map((angle) => pointOf(angle, 1 + difference, 1)));
  expect(errors.distance).toBeLessThanOrEqual(2e-6);
  expect(errors.kappa0).toBeLessThanOrEqual(2e-4 * difference + 3e-7);
  const proportional = await evaluate([pointOf(0, 1 + difference, 1), pointOf(0, 1, 1 + difference)]);
  expect([proportional[1], proportional[5]]).toEqual([1, 1]);
});

test('exact ends: equal, opposite, black', async () => {
  const [equal, opposite, black, half] = [
    [0, 1, 1],
    [2, 1, 1],
    [0, 0, 0],
    [0.5, 1, 0],
  ] as const;
  const values = Array.from(await evaluate([equal, opposite, black, half]));
  expect(values.slice(0, 3)).toEqual([1, 1, 0]);
  expect(values.slice(4, 7)).toEqual([0, 0, 1]);
  expect(values.slice(8, 11)).toEqual([0, 1, 0]);
  expect(values.slice(12, 15)).toEqual([0, 1, 0.5]);
});

test('the mirror: distance = (a² + b²)/2 − κ₁, the definition', () => {
  for (const angle of [1e-3, 0.019, 0.021, 0.5, 1.5, 2, 3]) {
    const [a, b] = [1.25, 0.8];
    const { kappa1, distance } = arcDistance((a - b) ** 2 / 2 + 2 * a * b * sin(angle / 2) ** 2, a, b, 0);
    expect(abs(distance - ((a * a + b * b) / 2 - kappa1))).toBeLessThanOrEqual(4e-16 * (a * a + b * b));
  }
});

test.each([
  ['a coefficient of the difference missing', 'A1 - B1 + u', 'A1 + u', 'distance'],
  ['the lengths left out', 'lengths + closer', 'closer', 'distance'],
  ['lengths not taken off', 'let rest = d - lengths', 'let rest = d', 'kappa0'],
  ['the sign not folded', 'select(1.0 - angle, angle, sigma < 0.0)', '1.0 - angle', 'kappa0'],
  [
    'the difference of nearly equal numbers',
    'e * (kappa0 + r * difference_series(u))',
    'm - kappa1',
    'distance',
  ],
] as const)('planted fault must fail: %s', async (_, text, fault, quantity) => {
  const file = (['arc_distance', 'arc_cosine'] as const).find((name) =>
    SHADER_FILES[`shared/${name}.wgsl`].includes(text),
  )!;
  const source = SHADER_FILES[`shared/${file}.wgsl`];
  const faulty = { ...SHADER_FILES, [`shared/${file}.wgsl`]: source.replace(text, fault) };
  const angles = ANGLES.filter((angle) => angle > 0.02);
  const apart =
    (
      await worst(
        angles.map((angle) => pointOf(angle, 1.3, 1)),
        faulty,
      )
    )[quantity] <= 2e-4;
  const equal =
    (
      await worst(
        ANGLES.map((angle) => pointOf(angle, 1, 1)),
        faulty,
      )
    )[quantity] <= 1e-6;
  expect(apart && equal).toBe(false);
});
