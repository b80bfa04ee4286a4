// Scores, predictions and accuracies are those of the definition, whatever the labels are; shapes that disagree are
// refused.
import { argmax, evaluate, predictScores } from '../../src/regression/classify.js';
import { NotFiniteError } from '../../src/regression/errors.js';

describe('predictScores', () => {
  test('test kernel times coefficients', () => {
    const scores = predictScores(Float32Array.of(1, 2, 3, 4, 5, 6), Float64Array.of(1, 0.5, -1, 2), 2);
    expect([...scores]).toEqual([-1, 4.5, -1, 9.5, -1, 14.5]);
  });

  test('sums in float64', () => {
    const [scores] = predictScores(Float32Array.of(1, 1, 1), Float64Array.of(1e10, 1e-3, -1e10), 3);
    expect(scores).toBeCloseTo(1e-3, 5);
  });

  test('no test images', () =>
    expect(predictScores(new Float32Array(0), Float64Array.of(1, 2), 2)).toHaveLength(0));

  test('shapes and NaN are refused', () => {
    expect(() => predictScores(new Float32Array(5), new Float64Array(6), 2)).toThrow(
      /5 elements has no rows of 2/,
    );
    expect(() => predictScores(new Float32Array(4), new Float64Array(5), 2)).toThrow(/coefficients of 5/);
    expect(() => predictScores(Float32Array.of(1, 2, 3, NaN), new Float64Array(2), 2)).toThrow(
      NotFiniteError,
    );
    expect(() => predictScores(Float32Array.of(1, 2, 3, NaN), new Float64Array(2), 2)).toThrow(
      '[1][1] is NaN',
    );
  });
});

test('argmax takes the first of equals, and negative scores', () => {
  expect([...argmax(Float64Array.of(-3, -1, -2, 0, 0, 0, 1, 2, 3), 3)]).toEqual([1, 0, 2]);
});

describe('evaluate', () => {
  test('accuracy, classes, and what was taken for what', () => {
    const evaluation = evaluate([0, 0, 1, 1, 1, 2], [0, 1, 1, 1, 0, 2]);
    expect(evaluation).toMatchObject({ count: 6, correct: 4, accuracy: 4 / 6 });
    expect(evaluation.confusion).toEqual([
      { label: 0, predicted: 0, count: 1 },
      { label: 0, predicted: 1, count: 1 },
      { label: 1, predicted: 0, count: 1 },
      { label: 1, predicted: 1, count: 2 },
      { label: 2, predicted: 2, count: 1 },
    ]);
    expect(evaluation.perClass).toEqual([
      { label: 0, count: 2, correct: 1, accuracy: 1 / 2 },
      { label: 1, count: 3, correct: 2, accuracy: 2 / 3 },
      { label: 2, count: 1, correct: 1, accuracy: 1 },
    ]);
  });

  test('labels of any size cost what there are of them; one that is never predicted is an error', () => {
    const { correct, perClass } = evaluate([7, 2 ** 31 - 1], [7, 1_000_000]);
    expect(correct).toBe(1);
    expect(perClass.map(({ label, count }) => [label, count])).toEqual([
      [7, 1],
      [1_000_000, 0],
      [2 ** 31 - 1, 1],
    ]);
    expect(perClass[1].accuracy).toBeNaN();
  });

  test('counts that disagree and labels that are no classes are refused', () => {
    expect(() => evaluate([0, 1], [0])).toThrow('2 labels, but 1 predictions');
    expect(() => evaluate([0, -0.5], [0, 1])).toThrow('label -0.5 at index 1');
  });
});
