import type { ConjugateGradientResult } from './conjugate-gradients.js';
import type { InspectedKernel } from './inspect-kernel.js';
import { TOLERANCES } from './tolerances.js';

/** Where the refinement of a solution ends. */
export interface Aim {
  readonly tolerance: number;
  readonly backwardError: number;
  readonly norm: number;
}

/** √n·2⁻⁵²: about what the rounding of a product with a matrix leaves, relative to its norm. */
function roundingUnit(n: number): number {
  return Math.sqrt(n) * 2 ** -52;
}

/** @param tolerance What the caller asked for. @param norm Largest eigenvalue. */
export function aimOf({ n, precision }: InspectedKernel, tolerance: number | undefined, norm: number): Aim {
  return {
    tolerance: tolerance ?? (precision === 'float32' ? TOLERANCES.residual : 0),
    backwardError: TOLERANCES.backwardError * roundingUnit(n),
    norm,
  };
}

/** What a refined solution is worth. */
export interface Accuracy {
  readonly converged: boolean;
  /** It may be returned, if need be with the warning. */
  readonly acceptable: boolean;
  /** Another preconditioner would not better it. */
  readonly final: boolean;
  readonly conditionEstimate: number;
  /** The error of the coefficients that comes from the rounding of the kernel's elements. */
  readonly roundingError: number;
  readonly warning: string | undefined;
}

/** Judges a solution by its true residual, and by what its kernel allows. */
export function accuracyOf(
  { n, precision, asymmetry }: InspectedKernel,
  { tolerance }: Aim,
  result: Pick<ConjugateGradientResult, 'outcome' | 'relativeResidual' | 'backwardError'>,
  conditionEstimate: number,
): Accuracy {
  const { relativeResidual, backwardError } = result;
  const isRounding = backwardError <= TOLERANCES.acceptedBackwardError * roundingUnit(n);
  const converged =
    (result.outcome === 'converged' || isRounding) && relativeResidual <= TOLERANCES.acceptedRounding;
  const isSmall = relativeResidual <= TOLERANCES.acceptedResidual;
  const unit = Math.max(precision === 'float32' ? 2 ** -24 : 2 ** -53, asymmetry);
  const roundingError = unit * conditionEstimate;
  const condition = `a condition of about ${conditionEstimate.toExponential(1)}`;
  const warnings: string[] = [];
  if (!converged) {
    warnings.push(
      `the relative residual ended at ${relativeResidual.toExponential(1)}` +
        (tolerance > 0 ? `, above the tolerance of ${tolerance.toExponential(0)}` : '') +
        `: with ${condition} the iteration came no further. A larger ridge lowers it.`,
    );
  } else if (!isSmall) {
    warnings.push(
      `the relative residual is ${relativeResidual.toExponential(1)}: with ${condition} rounding in float64 allows no ` +
        `less. A larger ridge lowers it.`,
    );
  }
  if (!(roundingError <= TOLERANCES.roundingError)) {
    const because =
      asymmetry > (precision === 'float32' ? 2 ** -24 : 2 ** -53)
        ? `the two triangles of the kernel differ by up to ${asymmetry.toExponential(0)} of its diagonal (the lower one is used)`
        : `the elements of the kernel are rounded to ${precision}`;
    warnings.push(
      `${because}: with ${condition} this alone may change the coefficients by up to ` +
        `${formatShare(roundingError)}. Use a larger ridge${precision === 'float32' ? ', or give the kernel in float64 if it was computed so' : ''}.`,
    );
  }
  return {
    converged,
    acceptable: converged || isSmall,
    final: converged || (result.outcome === 'stagnated' && isSmall),
    conditionEstimate,
    roundingError,
    warning: warnings.length === 0 ? undefined : warnings.join(' '),
  };
}

function formatShare(error: number): string {
  return error < 1 ? `${Number((100 * error).toPrecision(1))} %` : 'their own size';
}
