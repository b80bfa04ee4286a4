import type { AccuracyReport } from '../../classification/accuracy-report.js';
import type { Model } from '../../regression/regression.js';

type Solution = Model['solution'];

/** What report.json says of the accuracy; nothing without test labels. */
export function evaluationReport(evaluation: AccuracyReport | undefined, classNames?: readonly string[]) {
  if (evaluation === undefined) return {};
  const { accuracy, accuracyInterval, correct, confusion } = evaluation;
  const perClass = evaluation.perClass.map((entry) => {
    const name = classNames?.[entry.label];
    return name === undefined ? entry : { name, ...entry };
  });
  return { accuracy, accuracyInterval, correct, perClass, confusion };
}

/** What report.json says of the linear system. */
export function solutionReport(solution: Solution) {
  const { candidates, ...facts } = solution;
  return { ...facts, ridges: candidates, coefficients: undefined, elapsedMs: undefined };
}

/** `solve: relative residual 3.9e-11 after 3 iterations, condition about 9.2e+2` */
export function formatSolution(solution: Solution): string {
  const { relativeResidual, iterations, conditionEstimate, ridge, candidates = [] } = solution;
  const [residual, condition] = [relativeResidual, conditionEstimate].map((value) => value.toExponential(1));
  const lines = candidates.map((candidate) => {
    const chosen = candidate.ridge === ridge ? ', chosen' : '';
    const { leaveOneOut, problem = '' } = candidate;
    const said =
      leaveOneOut === undefined ? problem : `leave-one-out error ${leaveOneOut.toPrecision(4)}${chosen}`;
    return `ridge ${candidate.ridge}: ${said}`;
  });
  const summary = `solve: relative residual ${residual} after ${iterations} iterations, condition about ${condition}`;
  return [...lines, summary].join('\n');
}
