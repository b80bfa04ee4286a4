/**
 * Mean square of the leave-one-out residuals of kernel ridge regression, over images and columns: image i predicted
 * by the regression on all others misses by a_i / (A⁻¹)_ii with A = K + shift·I and a = A⁻¹ Y (Rifkin and Lippert,
 * Notes on Regularized Least Squares, 2007). No image of a test set takes part.
 *
 * @param coefficients a [n][k]. @param inverseDiagonal [n].
 */
export function leaveOneOutError(coefficients: Float64Array, inverseDiagonal: Float64Array): number {
  const k = coefficients.length / inverseDiagonal.length;
  let sum = 0;
  for (let e = 0; e < coefficients.length; e++) {
    sum += (coefficients[e] / inverseDiagonal[Math.floor(e / k)]) ** 2;
  }
  return sum / coefficients.length;
}
