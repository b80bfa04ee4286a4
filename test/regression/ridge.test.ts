// Solutions hold their residual at every size, scale and ridge; what is not positive definite, no kernel or not finite
// is refused by name, and nothing stays on the device.
import {
  NotFiniteError,
  NotPositiveDefiniteError,
  NotSymmetricError,
  RefinementStagnatedError,
} from '../../src/regression/errors.js';
import { solveRidge, type SolveOptions, type SolveProgress } from '../../src/regression/ridge.js';
import { testGpu } from '../support/gpu.js';
import { buffersLeftBy } from './live-buffers.js';
import {
  gaussianKernel,
  logSpaced,
  oracleSolve,
  randomTargets,
  relativeError,
  relativeResidual,
  withSpectrum,
} from './matrices.js';

async function solve(kernel: Float32Array, targets: Float64Array, options: SolveOptions = {}) {
  return solveRidge(await testGpu(), kernel, targets, options);
}

/** The error of a solve that must fail. */
async function failure<E>(
  type: new (...args: never[]) => E,
  kernel: Float32Array,
  targets: Float64Array,
  options: SolveOptions = {},
): Promise<E> {
  const outcome = await solve(kernel, targets, options).catch((error: unknown) => error);
  expect(outcome).toBeInstanceOf(type);
  return outcome as E;
}

const mean = (kernel: Float32Array) => {
  const n = Math.sqrt(kernel.length);
  return kernel.reduce((sum, value, e) => sum + (e % (n + 1) === 0 ? value / n : 0), 0);
};

describe('known spectra', () => {
  test.each([
    { condition: 1e2, residual: 1e-10, error: 1e-9 },
    { condition: 1e5, residual: 1e-10, error: 1e-9 },
    // The rounding of a float64 solution alone leaves about condition·2⁻⁵³ of residual.
    { condition: 1e8, residual: 1e-8, error: 1e-7 },
  ])('condition $condition equals the float64 solution', async ({ condition, residual, error }) => {
    const n = 150;
    const kernel = withSpectrum(logSpaced(n, condition));
    const targets = randomTargets(n, 3);
    const solution = await solve(kernel, targets);
    expect(relativeError(solution.coefficients, oracleSolve(kernel, targets))).toBeLessThan(error);
    const measured = relativeResidual(kernel, solution.coefficients, targets);
    expect(measured).toBeLessThan(residual);
    expect(measured / solution.relativeResidual).toBeGreaterThan(0.5);
    expect(measured / solution.relativeResidual).toBeLessThan(2);
    expect(solution.conditionEstimate).toBeGreaterThan(condition / 3);
    expect(solution.conditionEstimate).toBeLessThan(condition * 1.5);
    expect(solution.converged).toBe(true);
    // That of float32 elements times the condition.
    expect(solution.roundingError / (solution.conditionEstimate * 2 ** -24)).toBeCloseTo(1, 10);
    expect(solution.warning === undefined).toBe(solution.roundingError <= 1e-2);
    expect(solution.iterations).toBeLessThan(60);
  });

  test.each([
    ['the preconditioner shifts', 0],
    ['the host factors in float64', 150],
  ])('float32 breaks down, %s, the system stays the one asked for', async (_, hostRows) => {
    const n = 150;
    // Below the rounding of a float32 factorisation, and so many that on no adapter all their pivots round upwards.
    const tiny = Array.from({ length: 16 }, (_, i) => (5 + i / 8) * 1e-8);
    const kernel = withSpectrum([...Array.from({ length: n - 16 }, (_, i) => 1 + i / n), ...tiny], 3);
    const targets = randomTargets(n, 2);
    const solution = await solve(kernel, targets, { hostRows });
    expect(solution.preconditionerShift > 0).toBe(hostRows === 0);
    expect(solution.factorPrecision).toBe(hostRows === 0 ? 'float32' : 'float64');
    expect(relativeError(solution.coefficients, oracleSolve(kernel, targets))).toBeLessThan(1e-6);
  });

  test('an outlying eigenvalue, as kernels have', async () => {
    const kernel = withSpectrum([1000, ...logSpaced(99, 1e3)]);
    const targets = randomTargets(100, 2);
    const { coefficients, conditionEstimate } = await solve(kernel, targets);
    expect(relativeError(coefficients, oracleSolve(kernel, targets))).toBeLessThan(1e-8);
    expect(conditionEstimate).toBeGreaterThan(3e5);
    expect(conditionEstimate).toBeLessThan(1.5e6);
  });
});

describe('shapes and scales', () => {
  test.each([1, 3, 10, 65])('%i columns of targets', async (k) => {
    const kernel = gaussianKernel(70, { nugget: 0.01 });
    const targets = randomTargets(70, k);
    const { coefficients, relativeResidual: residual } = await solve(kernel, targets);
    expect(coefficients).toHaveLength(70 * k);
    expect(residual).toBeLessThanOrEqual(1e-10);
    expect(relativeError(coefficients, oracleSolve(kernel, targets))).toBeLessThan(1e-8);
  });

  test('n = 1, k = 1', async () => {
    const { coefficients } = await solve(Float32Array.of(4), Float64Array.of(3));
    expect(coefficients[0]).toBeCloseTo(0.75, 14);
  });

  test.each([63, 64, 65, 129])('n = %i', async (n) => {
    const kernel = gaussianKernel(n, { nugget: 0.01 });
    const targets = randomTargets(n, 2);
    const { coefficients } = await solve(kernel, targets);
    expect(relativeError(coefficients, oracleSolve(kernel, targets))).toBeLessThan(1e-8);
  });

  test.each([1e-30, 1e-9, 1e9, 1e30])('a kernel of magnitude %d', async (scale) => {
    const kernel = gaussianKernel(80, { nugget: 0.01, scale });
    const targets = randomTargets(80, 2);
    const { coefficients } = await solve(kernel, targets);
    expect(relativeError(coefficients, oracleSolve(kernel, targets))).toBeLessThan(1e-8);
  });

  test('columns of very different magnitude, one of them zero', async () => {
    const n = 80;
    const kernel = gaussianKernel(n, { nugget: 0.01 });
    const targets = randomTargets(n, 3).map((value, e) => value * [1e-60, 0, 1e60][e % 3]);
    const { coefficients } = await solve(kernel, targets);
    const column = (x: Float64Array, c: number) => x.filter((_, e) => e % 3 === c);
    expect(column(coefficients, 1).every((value) => value === 0)).toBe(true);
    for (const c of [0, 2]) {
      const expected = oracleSolve(kernel, column(targets, c));
      expect(relativeError(column(coefficients, c), expected)).toBeLessThan(1e-8);
    }
  });
});

describe('ridge', () => {
  test('is relative to the mean of the diagonal', async () => {
    const n = 90;
    const kernel = gaussianKernel(n, { scale: 250, nugget: 0.5 });
    const targets = randomTargets(n, 2);
    for (const ridge of [1e-6, 1e-2, 3]) {
      const { coefficients } = await solve(kernel, targets, { ridge });
      const shift = ridge * mean(kernel);
      expect(relativeError(coefficients, oracleSolve(kernel, targets, shift))).toBeLessThan(1e-8);
      expect(relativeResidual(kernel, coefficients, targets, shift)).toBeLessThanOrEqual(1.1e-10);
    }
  });

  test('planted fault: an absolute ridge is another solution', async () => {
    const kernel = gaussianKernel(50, { scale: 250, nugget: 0.5 });
    const targets = randomTargets(50, 1);
    const { coefficients } = await solve(kernel, targets, { ridge: 0.1 });
    expect(relativeError(coefficients, oracleSolve(kernel, targets, 0.1))).toBeGreaterThan(0.01);
  });

  test.each([-1, NaN, Infinity, 1e300])('%d is refused', async (ridge) => {
    await failure(RangeError, Float32Array.of(1), Float64Array.of(1), { ridge });
  });
});

describe('matrices that are not positive definite', () => {
  const spectrum = (smallest: number) => withSpectrum([...logSpaced(99, 10), smallest]);

  test.each([-0.5, -1e-2, -1e-4, -1e-6])('smallest eigenvalue %d', async (smallest) => {
    const kernel = spectrum(smallest);
    const targets = randomTargets(100, 2);
    const error = await failure(NotPositiveDefiniteError, kernel, targets);
    expect(error.n).toBe(100);
    expect(error.ridge).toBe(0);
    expect(error.pivot).toBeGreaterThanOrEqual(0);
    expect(error.pivot).toBeLessThan(100);
    expect(error.conditionEstimate).toBe(Infinity);
    expect(error.smallestEigenvalue * mean(kernel)).toBeCloseTo(
      smallest,
      9 - Math.ceil(Math.log10(-smallest) + 8),
    );
    for (const part of [
      `pivot ${error.pivot} `,
      'n = 100',
      'condition',
      `a larger ridge: ${error.suggestedRidge}`,
    ]) {
      expect(error.message).toContain(part);
    }
    // The remedy works.
    const { relativeResidual: residual } = await solve(kernel, targets, { ridge: error.suggestedRidge });
    expect(residual).toBeLessThan(1e-6);
  });

  /** Two images that are the same: rows and columns 20 and 60 agree. */
  function repeated(): Float32Array {
    const kernel = gaussianKernel(100, { nugget: 0.1 });
    for (let j = 0; j < 100; j++) kernel[60 * 100 + j] = kernel[20 * 100 + j];
    for (let j = 0; j < 100; j++) kernel[j * 100 + 60] = kernel[j * 100 + 20];
    return kernel;
  }

  test('a repeated image with two labels is an error that names it', async () => {
    const error = await failure(NotPositiveDefiniteError, repeated(), randomTargets(100, 2));
    expect(error.pivot).toBe(60);
    expect(Math.abs(error.smallestEigenvalue)).toBeLessThan(1e-12);
    const remedied = await solve(repeated(), randomTargets(100, 2), { ridge: error.suggestedRidge });
    expect(remedied.relativeResidual).toBeLessThan(1e-6);
  });

  test('a repeated image with one label is solved', async () => {
    const targets = randomTargets(100, 1);
    targets[60] = targets[20];
    const { coefficients } = await solve(repeated(), targets);
    expect(relativeResidual(repeated(), coefficients, targets)).toBeLessThanOrEqual(1.1e-10);
  });

  test('a black image: its row is zero', async () => {
    const kernel = gaussianKernel(30, { nugget: 0.1 }).map((value, e) =>
      e % 30 === 4 || Math.floor(e / 30) === 4 ? 0 : value,
    );
    const targets = randomTargets(30, 1);
    const error = await failure(NotPositiveDefiniteError, kernel, targets);
    expect([error.pivot, error.pivotValue]).toEqual([4, 0]);
    const { converged } = await solve(kernel, targets, { ridge: error.suggestedRidge });
    expect(converged).toBe(true);
  });

  test('no ridge is proposed where none can help', async () => {
    const error = await failure(NotPositiveDefiniteError, new Float32Array(9), Float64Array.of(1, 2, 3));
    expect(error.suggestedRidge).toBeUndefined();
    expect(error.message).toContain('No ridge can help');
  });

  test('rank 3 of 100: a typed error, soon', async () => {
    const kernel = withSpectrum([3, 2, 1, ...new Array<number>(97).fill(0)]);
    const outcome = await solve(kernel, randomTargets(100, 1)).catch((error: unknown) => error);
    const typed = outcome instanceof NotPositiveDefiniteError || outcome instanceof RefinementStagnatedError;
    expect(typed).toBe(true);
  });
});

describe('input that cannot be a kernel', () => {
  const targets = randomTargets(40, 2);

  test.each([
    [0, 0, NaN],
    [39, 39, Infinity],
    [33, 2, -Infinity],
    [31, 30, NaN],
  ])('element [%i][%i] = %d is named', async (row, column, value) => {
    const kernel = gaussianKernel(40, { nugget: 0.1 });
    kernel[row * 40 + column] = value;
    const error = await failure(NotFiniteError, kernel, targets);
    expect([error.operand, error.row, error.column, error.value]).toEqual([
      'kernel matrix',
      row,
      column,
      value,
    ]);
    expect(error.message).toContain(`[${row}][${column}] is ${value}`);
  });

  test('a target that is NaN is named', async () => {
    const bad = Float64Array.from(targets);
    bad[2 * 17 + 1] = NaN;
    const error = await failure(NotFiniteError, gaussianKernel(40, { nugget: 0.1 }), bad);
    expect([error.operand, error.row, error.column]).toEqual(['targets', 17, 1]);
  });

  test('two triangles that disagree: element and both values; rounding is forgiven', async () => {
    const kernel = gaussianKernel(40, { nugget: 0.1 });
    const [lower, upper] = [kernel[35 * 40 + 3], kernel[35 * 40 + 3] + 1e-3];
    kernel[3 * 40 + 35] = upper;
    const error = await failure(NotSymmetricError, kernel, targets);
    expect([error.row, error.column, error.lower]).toEqual([35, 3, lower]);
    expect(error.upper).toBeCloseTo(upper, 6);
    kernel[3 * 40 + 35] = lower + 1e-5;
    const { converged } = await solve(kernel, targets);
    expect(converged).toBe(true);
    kernel[3 * 40 + 35] = NaN;
    const missing = await failure(NotFiniteError, kernel, targets);
    expect([missing.row, missing.column]).toEqual([3, 35]);
  });

  test('shapes', async () => {
    await expect(solve(new Float32Array(8), targets)).rejects.toThrow(/8 elements is not square/);
    await expect(solve(gaussianKernel(9, { nugget: 1 }), new Float64Array(10))).rejects.toThrow(
      /targets of 10/,
    );
  });
});

describe('progress, abort and buffers', () => {
  const n = 130;
  const kernel = gaussianKernel(n, { nugget: 0.01 });
  const targets = randomTargets(n, 2);

  test('progress: factor to 1, then falling residuals', async () => {
    const reports: SolveProgress[] = [];
    const { iterations } = await solve(kernel, targets, { onProgress: (report) => reports.push(report) });
    const factor = reports.flatMap((report) => (report.phase === 'factor' ? [report.fraction] : []));
    const refine = reports.flatMap((report) => (report.phase === 'refine' ? [report.relativeResidual] : []));
    expect(factor.at(-1)).toBe(1);
    expect(refine).toHaveLength(iterations);
    expect(refine.at(-1)).toBeLessThan(1e-10);
  });

  test('a signal ends it in either phase, and nothing stays on the device', async () => {
    const gpu = await testGpu();
    for (const phase of ['factor', 'refine']) {
      const controller = new AbortController();
      const { created, left } = await buffersLeftBy(gpu, async () => {
        const running = solve(kernel, targets, {
          signal: controller.signal,
          onProgress: (report) => {
            if (report.phase === phase) controller.abort(new Error(`stopped in ${phase}`));
          },
        });
        await expect(running).rejects.toThrow(`stopped in ${phase}`);
      });
      expect(created).toBeGreaterThan(0);
      expect(left).toBe(0);
    }
  });

  test('nothing stays on the device after success and after 20 failures', async () => {
    const gpu = await testGpu();
    const success = await buffersLeftBy(gpu, () => solve(kernel, targets));
    expect(success.left).toBe(0);
    const indefinite = withSpectrum([...logSpaced(39, 10), -1e-4]);
    const failures = await buffersLeftBy(gpu, async () => {
      for (let i = 0; i < 20; i++) await failure(NotPositiveDefiniteError, indefinite, randomTargets(40, 1));
    });
    expect(failures.created).toBeGreaterThan(40);
    expect(failures.left).toBe(0);
  });

  test('two runs give the same bits', async () => {
    const first = await solve(kernel, targets);
    const second = await solve(kernel, targets);
    expect(second.coefficients).toEqual(first.coefficients);
  });
});
