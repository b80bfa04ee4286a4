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
  test('accuracy, classes, confusion', () => {
    const evaluation = evaluate([0, 0, 1, 1, 1, 2], [0, 1, 1, 1, 0, 2], 4);
    expect(evaluation).toMatchObject({ count: 6, correct: 4, accuracy: 4 / 6 });
    expect(evaluation.confusion).toEqual([
      [1, 1, 0, 0],
      [1, 2, 0, 0],
      [0, 0, 1, 0],
      [0, 0, 0, 0],
    ]);
    expect(evaluation.perClass.map(({ count, correct }) => [count, correct])).toEqual([
      [2, 1],
      [3, 2],
      [1, 1],
      [0, 0],
    ]);
    expect(evaluation.perClass[1].accuracy).toBe(2 / 3);
    expect(evaluation.perClass[3].accuracy).toBeNaN();
  });

  test('counts that disagree and labels out of range are refused', () => {
    expect(() => evaluate([0, 1], [0], 2)).toThrow('2 labels, but 1 predictions');
    expect(() => evaluate([0, 2], [0, 1], 2)).toThrow('label 2 at index 1');
  });
});
