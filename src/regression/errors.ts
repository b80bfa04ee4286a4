/** Which array of the caller an error speaks of. */
export type Operand =
  'kernel matrix' | 'targets' | 'test kernel' | 'coefficients' | 'scores' | 'right-hand sides';

/** A matrix of which not even the narrowest panels fit the device memory allowed. */
export class MatrixTooLargeError extends RangeError {
  override readonly name = 'MatrixTooLargeError';
  constructor(
    readonly n: number,
    readonly neededBytes: number,
    readonly limitBytes: number,
  ) {
    super(
      `a kernel matrix of n = ${n} needs at least ${neededBytes} bytes of device memory for its narrowest panels; ` +
        `${limitBytes} are allowed. Allow more, or train on fewer images.`,
    );
  }
}

/** NaN or an infinity in the input. */
export class NotFiniteError extends Error {
  override readonly name = 'NotFiniteError';
  /** The message without the operand. */
  readonly problem: string;
  constructor(
    readonly operand: Operand,
    readonly row: number,
    readonly column: number,
    readonly value: number,
  ) {
    const problem =
      `element [${row}][${column}] is ${value}; every element must be a finite number` +
      (operand === 'coefficients'
        ? ': multiply the kernel by a constant, so that float64 has room for them'
        : '');
    super(`${operand}: ${problem}`);
    this.problem = problem;
  }
}

/** A kernel matrix whose two triangles disagree by more than rounding. */
export class NotSymmetricError extends Error {
  override readonly name = 'NotSymmetricError';
  /** The message without the operand. */
  readonly problem: string;
  constructor(
    readonly row: number,
    readonly column: number,
    readonly lower: number,
    readonly upper: number,
    readonly allowed: number,
  ) {
    const problem =
      `element [${row}][${column}] is ${lower}, element [${column}][${row}] is ${upper}; they may differ by at most ` +
      `${allowed.toExponential(2)}. A kernel between two different image sets is no training kernel; if only rounding ` +
      `parts the two triangles, save (K + K.T) / 2.`;
    super(`kernel matrix: ${problem}`);
    this.problem = problem;
  }
}

/** A kernel whose elements are so large or small that their squares or inverses leave float64. */
export class KernelMagnitudeError extends RangeError {
  override readonly name = 'KernelMagnitudeError';
  /** The message without the operand. */
  readonly problem: string;
  constructor(readonly mean: number) {
    const problem =
      `the mean of the diagonal is ${mean}, at the end of what float64 has digits for; multiply the kernel by a ` +
      `constant (predictions stay the same)`;
    super(`kernel matrix: ${problem}`);
    this.problem = problem;
  }
}

/** The float32 factorisation met a pivot that is not positive. */
export class FactorizationBreakdownError extends Error {
  override readonly name = 'FactorizationBreakdownError';
  constructor(
    readonly pivot: number,
    readonly pivotValue: number,
    readonly n: number,
    readonly shift: number,
  ) {
    super(
      `float32 Cholesky factorisation of n = ${n}, shift ${shift}: pivot ${pivot} is ${pivotValue}, not positive`,
    );
  }
}

/** The matrix K + ridge·mean(diag K)·I has an eigenvalue that is negative, or zero as far as float64 can tell. */
export class NotPositiveDefiniteError extends Error {
  override readonly name = 'NotPositiveDefiniteError';
  readonly pivot: number;
  readonly pivotValue: number;
  readonly n: number;
  readonly conditionEstimate: number;
  readonly ridge: number;
  /** Smallest eigenvalue found, divided by the mean of the diagonal: an upper bound of the smallest one. */
  readonly smallestEigenvalue: number;
  /** A ridge to try; undefined where none can help because the mean of the diagonal is not positive. */
  readonly suggestedRidge: number | undefined;

  constructor(
    facts: Readonly<{
      pivot: number;
      pivotValue: number;
      n: number;
      conditionEstimate: number;
      ridge: number;
      smallestEigenvalue: number;
      suggestedRidge: number | undefined;
    }>,
  ) {
    const { pivot, pivotValue, n, conditionEstimate, ridge, smallestEigenvalue, suggestedRidge } = facts;
    super(
      `the kernel matrix (n = ${n}, ridge ${ridge}) is not positive definite: pivot ${pivot} is ` +
        `${pivotValue.toExponential(3)}, the smallest eigenvalue about ${smallestEigenvalue.toExponential(1)} × the ` +
        `mean of the diagonal, condition estimate ${conditionEstimate.toExponential(1)}. ` +
        (suggestedRidge === undefined
          ? 'No ridge can help that leaves something of the kernel. Is this the kernel of a training set?'
          : `Look for repeated or black images, or use a larger ridge: ${suggestedRidge} (relative to the ` +
            `mean of the diagonal).`),
    );
    this.pivot = pivot;
    this.pivotValue = pivotValue;
    this.n = n;
    this.conditionEstimate = conditionEstimate;
    this.ridge = ridge;
    this.smallestEigenvalue = smallestEigenvalue;
    this.suggestedRidge = suggestedRidge;
  }
}

/** The refinement ended at a residual that is too large to call a solution. */
export class RefinementStagnatedError extends Error {
  override readonly name = 'RefinementStagnatedError';
  constructor(
    readonly relativeResidual: number,
    readonly tolerance: number,
    readonly n: number,
    readonly conditionEstimate: number,
    readonly iterations: number,
    readonly suggestedRidge: number | undefined,
  ) {
    super(
      `the solution of n = ${n} stagnated at a relative residual of ${relativeResidual.toExponential(1)} after ` +
        `${iterations} iterations (tolerance ${tolerance.toExponential(0)}, condition estimate ` +
        `${conditionEstimate.toExponential(1)}). ` +
        (suggestedRidge === undefined
          ? 'No ridge can help that leaves something of the kernel. Is this the kernel of a training set?'
          : `Use a larger ridge: ${suggestedRidge}.`),
    );
  }
}
