import { breather } from '../signals/breather.js';
import type { Elements } from '../regression/matrix-source.js';
import { predict, type Model, type Prediction } from '../regression/regression.js';

/** Multiply-adds at a time: some hundredths of a second. */
const PIECE = 2 ** 24;
const FEWEST_ROWS = 8;

/** A matrix [count][columns], read some rows at a time. */
export interface RowSource {
  readonly count: number;
  rows(first: number, count: number): Promise<Elements> | Elements;
}

/** @param matrix [.][columns] */
export function memoryRows(matrix: Elements, columns: number): RowSource {
  return {
    count: matrix.length / columns,
    rows: (first, count) => matrix.subarray(first * columns, (first + count) * columns),
  };
}

/**
 * `predict` of a test kernel some rows at a time: memory does not grow with it, and an interrupt is heard.
 *
 * @throws what `predict` throws, the rows counted from the first; the signal's reason.
 */
export async function predictRows(
  model: Model,
  testKernel: RowSource,
  signal?: AbortSignal,
): Promise<Prediction> {
  const k = model.classes.length;
  const { count } = testKernel;
  const scores = new Float64Array(count * k);
  const labels = new Int32Array(count);
  const breathe = breather(signal);
  const piece = Math.max(FEWEST_ROWS, Math.floor(PIECE / (model.n * k)));
  for (let first = 0; first < count; first += piece) {
    const part = predict(model, await testKernel.rows(first, Math.min(piece, count - first)), first);
    scores.set(part.scores, first * k);
    labels.set(part.labels, first);
    await breathe();
  }
  return { scores, labels };
}
