import type { Reporter } from '../progress/reporter.js';
import { formatTimeLeft } from '../text/duration.js';
import type { SolveProgress } from './ridge.js';

/** A shorter time says little of the time left. */
const LEAST_MS = 2000;

/** Tells how a linear system is being solved, with the time left of its factorisation, counted from now. */
export function solveUpdates(reporter: Reporter): (progress: SolveProgress) => void {
  const started = performance.now();
  return (progress) => {
    if (progress.phase !== 'factor') {
      const residual = progress.relativeResidual.toExponential(1);
      reporter.update(1, `refinement ${progress.iteration}, relative residual ${residual}`);
      return;
    }
    const { fraction } = progress;
    const elapsedMs = performance.now() - started;
    const isTelling = fraction > 0 && fraction < 1 && elapsedMs > LEAST_MS;
    const left = isTelling ? ` | ${formatTimeLeft(fraction, elapsedMs)}` : '';
    reporter.update(fraction, `factorisation${left}`);
  };
}
