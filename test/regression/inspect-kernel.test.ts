// All of the matrix is looked at, also beyond one tile; what two triangles may differ by depends on the precision
// of their elements; the fingerprint tells any two matrices apart.
import { NotFiniteError, NotSymmetricError } from '../../src/regression/errors.js';
import { fingerprintOf } from '../../src/regression/fingerprint.js';
import { inspectKernel, type InspectedKernel } from '../../src/regression/inspect-kernel.js';
import { memorySource, type Elements } from '../../src/regression/matrix-source.js';
import { gaussianKernel } from './matrices.js';

const n = 1100; // two tiles
const narrow = gaussianKernel(n, { nugget: 0.1 });
// No element is a float32 number.
const wide = Float64Array.from(narrow, (value) => value * (1 + 2 ** -40));

function changed<E extends Elements>(
  kernel: E,
  row: number,
  column: number,
  change: (value: number) => number,
): E {
  const copy = kernel.slice() as E;
  copy[row * n + column] = change(copy[row * n + column]);
  return copy;
}
const inspect = (kernel: Elements) => inspectKernel(memorySource(kernel, n), { fingerprint: true });

describe('the whole matrix', () => {
  test.each([
    [0, 0],
    [1099, 1099],
    [1099, 0],
    [0, 1099],
    [1030, 1040],
  ])('NaN at [%i][%i] is named, in either precision', async (row, column) => {
    for (const kernel of [narrow, wide]) {
      const failure = await inspect(changed(kernel, row, column, () => NaN)).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(NotFiniteError);
      expect(failure).toMatchObject({ row, column });
    }
  });

  const kernels = { float32: narrow, float64: wide, 'float64 that was float32': Float64Array.from(narrow) };

  test.each([
    ['float32', 1e-6, true],
    ['float32', 0.9e-4, true],
    ['float32', 1.3e-4, false],
    ['float64', 0.9e-8, true],
    ['float64', 1.3e-8, false],
    ['float64 that was float32', 1e-6, true],
    ['float64 that was float32', 1.3e-4, false],
  ] as const)('%s, triangles that differ by %d: accepted is %p', async (name, difference, accepted) => {
    const rounded = name === 'float64' ? (value: number) => value : Math.fround;
    const kernel = changed(kernels[name], 3, 1090, (value) => rounded(value + difference));
    const outcome = await inspect(kernel).catch((error: unknown) => error);
    if (accepted) {
      expect((outcome as InspectedKernel).asymmetry / difference).toBeGreaterThan(0.5);
      return;
    }
    expect(outcome).toBeInstanceOf(NotSymmetricError);
    expect(outcome).toMatchObject({ row: 1090, column: 3 });
  });

  test('precision, diagonal and no asymmetry', async () => {
    const [one, two] = [await inspect(narrow), await inspect(wide)];
    expect([one.n, one.precision, one.asymmetry]).toEqual([n, 'float32', 0]);
    expect(two.precision).toBe('float64');
    expect(two.diagonal[1099]).toBe(wide[wide.length - 1]);
  });

  test('a signal ends it', async () => {
    const controller = new AbortController();
    controller.abort(new Error('stopped'));
    const running = inspectKernel(memorySource(narrow, n), { signal: controller.signal });
    await expect(running).rejects.toThrow('stopped');
  });
});

test('the fingerprint tells matrices apart, and is that of the inspection', async () => {
  const whole = (await inspect(wide)).fingerprint;
  expect(whole).toMatch(/^[0-9a-f]{16}$/);
  expect(await fingerprintOf(memorySource(wide.slice(), n))).toBe(whole);
  const others = [
    changed(wide, 700, 800, (value) => value * (1 + 2 ** -52)),
    changed(wide, 800, 700, (value) => value * (1 + 2 ** -52)),
    // Two signs: a hash that only multiplies and exclusive-ors would not see it.
    changed(
      changed(wide, 5, 4, (value) => -value),
      4,
      5,
      (value) => -value,
    ),
    wide.map((value) => -value),
    wide.slice().reverse(),
    narrow,
  ];
  const prints = await Promise.all(others.map((one) => fingerprintOf(memorySource(one, n))));
  expect(new Set([whole, ...prints]).size).toBe(others.length + 1);
});
