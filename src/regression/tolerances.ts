/** Every threshold of the solver, each with its reason. Relative to the mean of the diagonal where that is said. */
export const TOLERANCES = {
  /**
   * Relative residual at which a column of a float32 kernel counts as solved: the rounding of its elements, 2⁻²⁴, is
   * far above. A float64 kernel has no such bound: it is solved as far as float64 allows, see `backwardError`.
   */
  residual: 1e-10,

  /**
   * |Y − A a| / (|A| |a| + |Y|) in units of √n·2⁻⁵²: what a direct solver in float64 leaves, and what the refinement
   * aims at. Errors of the solution are the condition times this.
   */
  backwardError: 0.25,

  /** The same, in the same units, up to which a solution is one that rounding alone keeps from being better. */
  acceptedBackwardError: 4,

  /** Relative residual up to which a solution is returned that stagnated, with a warning; scores are then good to 1e-6. */
  acceptedResidual: 1e-6,

  /** The same where rounding explains it; beyond, float64 cannot tell the matrix from a singular one. */
  acceptedRounding: 1e-3,

  /** Error that the rounding of the kernel's own elements may cause in the coefficients before a warning says so. */
  roundingError: 1e-2,

  /** Largest |K[i][j] − K[j][i]| / √(K[i][i] K[j][j]): float32 kernels computed twice differ by less than 1e-5. */
  asymmetry: 1e-4,

  /** The same of a kernel with float64 elements: products of matrices in float64 differ by less than 1e-12. */
  asymmetryFloat64: 1e-8,

  /**
   * Diagonal shifts of the preconditioner, relative to the mean diagonal, tried in order. Float32 rounding perturbs
   * the smallest eigenvalues by about √n·2⁻²⁴ (1e-7 to 1e-5), so one of the first steps nearly always factors; a
   * matrix that needs more than 1e-3 is indefinite far beyond rounding.
   */
  preconditionerShifts: [1e-7, 1e-6, 1e-5, 1e-4, 1e-3],

  /** Iterations per preconditioner: a factor without shift needs 2 to 10, a shift of 1e3·λmin about 100. */
  iterationsPerFactor: 120,

  /** Iterations with the float32 factor where the host can take over with one in float64, which needs 1 or 2. */
  iterationsBeforeHost: 40,

  /** Iterations in all; conjugate gradients that need more have met a singular matrix. */
  iterations: 300,

  /** A restart from the true residual that leaves more than this share of it has reached the rounding floor. */
  stagnation: 0.5,

  /** Rows up to which the host factors in float64 where float32 does not do: half a minute and 128 MiB at 4096. */
  hostRows: 4096,

  /** Relative error of the diagonal of A⁻¹ up to which the float32 factor gives the leave-one-out error. */
  inverseDiagonal: 1e-4,

  /**
   * A Rayleigh quotient below n times this, relative to the mean diagonal, cannot be told from zero in float64:
   * n·mean bounds the largest eigenvalue, and 2⁻⁵² is the relative rounding of the product.
   */
  singular: 2 ** -52,

  /** Smallest suggested ridge as a share of the largest eigenvalue: it leaves a condition of 1e8. */
  suggestedRidge: 1e-8,

  /** Largest suggested ridge: beyond it nothing of the kernel would be left in the solution. */
  largestSuggestedRidge: 10,

  /** Least mean of the diagonal, and the inverse of the largest: coefficients of any solvable kernel stay in float64. */
  smallestMean: 2 ** -1010,

  /** Largest ridge that is taken: from 2⁵² on the kernel itself is below the rounding of the diagonal. */
  largestRidge: 1e12,
} as const;
