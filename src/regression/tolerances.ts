/** Every threshold of the solver, each with its reason. Relative to the mean of the diagonal where that is said. */
export const TOLERANCES = {
  /** Relative residual at which a column counts as solved: predictions then carry 1e-10, far below one label. */
  residual: 1e-10,

  /** Relative residual up to which a stagnated solution is returned with a warning; scores are then good to 1e-6. */
  acceptedResidual: 1e-6,

  /** Largest |K[i][j] − K[j][i]| / √(K[i][i] K[j][j]): float32 kernels computed twice differ by less than 1e-5. */
  asymmetry: 1e-4,

  /**
   * Diagonal shifts of the preconditioner, relative to the mean diagonal, tried in order. Float32 rounding perturbs
   * the smallest eigenvalues by about √n·2⁻²⁴ (1e-7 to 1e-5), so one of the first steps nearly always factors; a
   * matrix that needs more than 1e-3 is indefinite far beyond rounding.
   */
  preconditionerShifts: [0, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3],

  /** Iterations per preconditioner: a factor without shift needs 2 to 10, a shift of 1e3·λmin about 100. */
  iterationsPerFactor: 120,

  /** Iterations in all; conjugate gradients that need more have met a singular matrix. */
  iterations: 300,

  /** A restart from the true residual that leaves more than this share of it has reached the rounding floor. */
  stagnation: 0.5,

  /**
   * A Rayleigh quotient below n times this, relative to the mean diagonal, cannot be told from zero in float64:
   * n·mean bounds the largest eigenvalue, and 2⁻⁵² is the relative rounding of the product.
   */
  singular: 2 ** -52,

  /** Smallest suggested ridge as a share of the largest eigenvalue: it leaves a condition of 1e8. */
  suggestedRidge: 1e-8,
} as const;
