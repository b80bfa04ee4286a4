import { argmax } from '../../regression/classify.js';
import { looRidge, type LooSolution } from './loo-ridge.js';

/** A kernel of all images, one of those among which a method chooses. */
export interface CandidateKernel {
  readonly method: string;
  /** Such as its depth. */
  readonly name: string;
  /** [count][count], memory that threads share. */
  readonly matrix: Float64Array;
}

/** One draw of training images. */
export interface DrawTask {
  readonly kernels: readonly CandidateKernel[];
  readonly labels: Int32Array; // [count]
  readonly train: readonly number[];
  readonly test: readonly number[];
  readonly ridges: readonly number[];
}

/** What one method made of one draw. */
export interface DrawOutcome {
  readonly method: string;
  readonly correct: number;
  readonly count: number;
  /** What the leave-one-out error chose. */
  readonly chosen: string;
  readonly ridge: number;
  readonly solveMs: number;
}

/**
 * Fits every method to the training images of a draw: kernel and ridge by the smallest leave-one-out error, or the first
 * of each where there are less than two images per class; test images take no part.
 *
 * @throws RangeError if a method has no kernel that can be solved.
 */
export function runDraw(task: DrawTask): DrawOutcome[] {
  const methods = [...new Set(task.kernels.map(({ method }) => method))];
  // With one image of a class, an image left out leaves nothing that could predict it: every choice would be noise.
  const labels = Int32Array.from(task.train, (i) => task.labels[i]);
  const isChoicePossible = labels.length >= 2 * new Set(labels).size;
  const ridges = isChoicePossible ? task.ridges : task.ridges.slice(0, 1);
  return methods.map((method) => {
    const started = performance.now();
    let best: { candidate: CandidateKernel; solution: LooSolution } | undefined;
    const candidates = task.kernels.filter((one) => one.method === method);
    for (const candidate of isChoicePossible ? candidates : candidates.slice(0, 1)) {
      const kernel = submatrix(candidate.matrix, task.labels.length, task.train, task.train);
      const solution = looRidge(kernel, labels, ridges);
      if (solution && solution.leaveOneOut < (best?.solution.leaveOneOut ?? Infinity)) {
        best = { candidate, solution };
      }
    }
    if (best === undefined) {
      throw new RangeError(
        `${method}: no kernel of ${task.train.length} images is positive definite with a ridge of ${task.ridges.join(', ')}`,
      );
    }
    const { candidate, solution } = best;
    return {
      method,
      correct: countCorrect(task, candidate, solution),
      count: task.test.length,
      chosen: candidate.name,
      ridge: solution.ridge,
      solveMs: performance.now() - started,
    };
  });
}

function countCorrect(
  { labels, train, test }: DrawTask,
  { matrix }: CandidateKernel,
  { classes, coefficients }: LooSolution,
): number {
  const k = classes.length;
  const kernel = submatrix(matrix, labels.length, test, train);
  const scores = new Float64Array(test.length * k);
  for (let t = 0; t < test.length; t++) {
    for (let i = 0; i < train.length; i++) {
      const value = kernel[t * train.length + i];
      for (let c = 0; c < k; c++) scores[t * k + c] += value * coefficients[i * k + c];
    }
  }
  return argmax(scores, k).filter((column, t) => classes[column] === labels[test[t]]).length;
}

/** matrix [count][count] → [rows][columns]. */
function submatrix(
  matrix: Float64Array,
  count: number,
  rows: readonly number[],
  columns: readonly number[],
): Float64Array {
  const result = new Float64Array(rows.length * columns.length);
  rows.forEach((row, i) =>
    columns.forEach((column, j) => (result[i * columns.length + j] = matrix[row * count + column])),
  );
  return result;
}
