// A system of known spectrum is solved to the digits that its condition leaves; only from a condition of 1e8 on may it be refused,
// and then by an error with a name.
import { NotPositiveDefiniteError, RefinementStagnatedError } from '../../src/regression/errors.js';
import { solveRidge } from '../../src/regression/ridge.js';
import { testGpu } from '../support/gpu.js';
import {
  logSpaced,
  oracleSolve,
  randomTargets,
  relativeError,
  relativeResidual,
  withSpectrum,
} from './matrices.js';

// Plan: from a condition of 1e2 to 1e10 a solve gives either the solution of float64, to what its condition allows, or
// an error that says why not; with CNTK_TABLE set, the table of docs/accuracy.md is printed.

const n = 200;
const kernelOf = (condition: number) => withSpectrum(logSpaced(n, condition), 11);
const lines: string[] = [];

afterAll(() => {
  if (process.env.CNTK_TABLE) process.stderr.write(`${lines.join('\n')}\n`);
});

describe('known spectra, n = 200', () => {
  test.each([1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10])('condition %d', async (condition) => {
    const kernel = kernelOf(condition);
    const targets = randomTargets(n, 2);
    const outcome = await solveRidge(await testGpu(), kernel, targets).catch(
      (error: unknown) => error as Error,
    );
    if (outcome instanceof Error) {
      // Rounding the kernel to float32 alone moves eigenvalues by more than 1e-9 of the largest.
      expect(condition).toBeGreaterThanOrEqual(1e8);
      const typed =
        outcome instanceof NotPositiveDefiniteError || outcome instanceof RefinementStagnatedError;
      expect(typed).toBe(true);
      lines.push(`${condition} ${outcome.name} ${outcome.message}`);
      return;
    }
    const residual = relativeResidual(kernel, outcome.coefficients, targets);
    const error = relativeError(outcome.coefficients, oracleSolve(kernel, targets));
    lines.push(
      `${condition} residual ${residual.toExponential(1)} error ${error.toExponential(1)} ` +
        `iterations ${outcome.iterations} shift ${outcome.preconditionerShift} ${outcome.warning ?? ''}`,
    );
    expect(residual).toBeLessThan(Math.max(1e-10, condition * 1e-15) * 1.1);
    expect(error).toBeLessThan(10 * condition * Math.max(1e-12, residual));
    expect(outcome.converged).toBe(true);
    // From 1.7e5 on the rounding of the elements alone may change the coefficients by a hundredth.
    expect(outcome.warning === undefined).toBe(condition <= 1e5);
  });
});
