import type { AccuracyReport } from '../../experiment/classification.js';
import type { RidgeSolution } from '../../regression/ridge.js';

/** What report.json says of the accuracy; nothing without test labels. */
export function evaluationReport(evaluation: AccuracyReport | undefined) {
  if (evaluation === undefined) return {};
  const { accuracy, accuracyInterval, correct, perClass, confusion } = evaluation;
  return { accuracy, accuracyInterval, correct, perClass, confusion };
}

/** What report.json says of the linear system. */
export function solutionReport(solution: RidgeSolution) {
  const { relativeResidual, converged, iterations, conditionEstimate, preconditionerShift, warning } =
    solution;
  return { relativeResidual, converged, iterations, conditionEstimate, preconditionerShift, warning };
}

/** `solve: relative residual 3.9e-11 after 3 iterations, condition about 9.2e+2` */
export function formatSolution({ relativeResidual, iterations, conditionEstimate }: RidgeSolution): string {
  const [residual, condition] = [relativeResidual, conditionEstimate].map((value) => value.toExponential(1));
  return `solve: relative residual ${residual} after ${iterations} iterations, condition about ${condition}`;
}
