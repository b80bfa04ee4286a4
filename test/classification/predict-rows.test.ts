import { memoryRows, predictRows } from '../../src/classification/predict-rows.js';
import { NotFiniteError } from '../../src/regression/errors.js';
import { predict, type Model } from '../../src/regression/regression.js';
import { randomTargets } from '../regression/matrices.js';

const n = 300;
const classes = Array.from({ length: 4000 }, (_, c) => 2 * c);
const model = {
  n,
  classes,
  solution: { coefficients: randomTargets(n * classes.length, 1) },
} as unknown as Model;
// More than one piece.
const kernel = randomTargets(40 * n, 1);

test('some rows at a time give what all at once give', async () => {
  expect(await predictRows(model, memoryRows(kernel, n))).toEqual(predict(model, kernel));
});

test('an element that is no number is named by its row in the whole', async () => {
  const bad = kernel.slice();
  bad[37 * n + 5] = NaN;
  const failure = await predictRows(model, memoryRows(bad, n)).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(NotFiniteError);
  expect(failure).toMatchObject({ row: 37, column: 5 });
});

test('a signal ends it', async () => {
  const controller = new AbortController();
  const rows = memoryRows(kernel, n);
  const running = predictRows(
    model,
    {
      count: rows.count,
      rows(first, count) {
        controller.abort(new Error('stopped'));
        return rows.rows(first, count);
      },
    },
    controller.signal,
  );
  await expect(running).rejects.toThrow('stopped');
});
