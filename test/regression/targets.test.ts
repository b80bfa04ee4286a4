// Targets of both codings have the columns of the classes that occur; labels that are none are refused by index and
// value.
import { classesOf, encodeTargets } from '../../src/regression/targets.js';

const ten = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

describe('targets', () => {
  test('one-hot and centred', () => {
    expect([...encodeTargets([1, 0], [0, 1, 2], 'one-hot')]).toEqual([0, 1, 0, 1, 0, 0]);
    expect([...encodeTargets([2, 0], [0, 1, 2], 'centred')]).toEqual([-0.1, -0.1, 0.9, 0.9, -0.1, -0.1]);
  });

  test('columns are those of the classes, whatever their numbers', () => {
    expect([...encodeTargets([7, 3, 7], [3, 7], 'one-hot')]).toEqual([0, 1, 1, 0, 0, 1]);
  });

  test('centred targets of ten balanced classes have mean zero', () => {
    const targets = encodeTargets(ten, ten, 'centred');
    expect(targets.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 12);
  });

  test('the classes, each once and in order', () => {
    expect(classesOf([7, 3, 3, 7])).toEqual([3, 7]);
    expect(classesOf([])).toEqual([]);
    expect(classesOf(Int32Array.of(2 ** 31 - 1, 0))).toEqual([0, 2 ** 31 - 1]);
    expect(classesOf([1, -1, -(2 ** 31)])).toEqual([-(2 ** 31), -1, 1]);
  });

  test.each([[0.5], [NaN], [2 ** 31], [-(2 ** 31) - 1]])(
    'label %d is refused by index and value',
    (label) => {
      expect(() => classesOf([0, 1, label])).toThrow(`label ${label} at index 2`);
      expect(() => classesOf([0, 1, label])).toThrow(RangeError);
    },
  );

  test('a label that is none of the classes is refused by index and value', () => {
    expect(() => encodeTargets([0, 1, 3], [0, 1, 2], 'one-hot')).toThrow('label 3 at index 2');
  });
});
