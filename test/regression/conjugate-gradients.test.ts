// The iteration solves systems with and without a preconditioner, and ends with a name where it cannot.
import { conjugateGradients } from '../../src/regression/conjugate-gradients.js';
import { memorySource } from '../../src/regression/matrix-source.js';
import { streamedProduct } from '../../src/regression/products.js';
import {
  gaussianKernel,
  logSpaced,
  oracleSolve,
  randomTargets,
  relativeError,
  withSpectrum,
} from './matrices.js';

const n = 60;
const width = 4;
const identity = (r: Float64Array) => Promise.resolve(r);

function problem(a: Float32Array, rhs = randomTargets(n, width)) {
  return {
    width,
    rhs,
    multiply: (x: Float64Array) => streamedProduct(memorySource(a, n), x),
    precondition: identity,
  };
}

const options = {
  start: new Float64Array(n * width),
  tolerance: 1e-10,
  maxIterations: 500,
  smallestQuotient: 1e-13,
};

describe('conjugateGradients', () => {
  test('without a preconditioner', async () => {
    const a = withSpectrum(logSpaced(n, 100));
    const system = problem(a);
    const { outcome, solution, smallestQuotient } = await conjugateGradients(system, options);
    expect(outcome).toBe('converged');
    expect(relativeError(solution, oracleSolve(a, system.rhs))).toBeLessThan(1e-8);
    expect(smallestQuotient).toBeGreaterThan(0.9e-2);
  });

  test('a good preconditioner takes fewer iterations, an inexact one still converges', async () => {
    const a = withSpectrum(logSpaced(n, 1e4));
    const plain = await conjugateGradients(problem(a), options);
    const exact = (r: Float64Array) => Promise.resolve(oracleSolve(a, r));
    const rounded = (r: Float64Array) =>
      Promise.resolve(
        oracleSolve(a, r).map((value, e) => value * (1 + 0.05 * Math.sin(31 * e + 1e6 * value))),
      );
    const one = await conjugateGradients({ ...problem(a), precondition: exact }, options);
    const few = await conjugateGradients({ ...problem(a), precondition: rounded }, options);
    expect(one.iterations).toBeLessThanOrEqual(2);
    expect(few.outcome).toBe('converged');
    expect(few.iterations).toBeLessThan(plain.iterations / 2);
  });

  test('a start that already solves the system costs nothing', async () => {
    const a = withSpectrum(logSpaced(n, 10));
    const system = problem(a);
    const start = oracleSolve(a, system.rhs);
    expect(await conjugateGradients(system, { ...options, start })).toMatchObject({
      outcome: 'converged',
      iterations: 0,
    });
  });

  test('negative curvature, exhaustion and NaN end it with their names', async () => {
    const indefinite = problem(withSpectrum([...logSpaced(n - 1, 10), -0.1]));
    expect(await conjugateGradients(indefinite, options)).toMatchObject({ outcome: 'not positive definite' });
    const hard = problem(gaussianKernel(n, { nugget: 1e-6 }));
    expect(await conjugateGradients(hard, { ...options, maxIterations: 3 })).toMatchObject({
      outcome: 'exhausted',
      iterations: 3,
    });
    const broken = { ...hard, precondition: (r: Float64Array) => Promise.resolve(r.map(() => NaN)) };
    expect(await conjugateGradients(broken, options)).toMatchObject({ outcome: 'stagnated' });
    const unreachable = problem(withSpectrum(logSpaced(n, 100)));
    expect(await conjugateGradients(unreachable, { ...options, tolerance: 1e-18 })).toMatchObject({
      outcome: 'stagnated',
    });
  });
});
