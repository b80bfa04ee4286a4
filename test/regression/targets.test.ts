import { classCount, encodeTargets } from '../../src/regression/targets.js';

describe('targets', () => {
  test('one-hot and centred', () => {
    expect([...encodeTargets([1, 0], 3, 'one-hot')]).toEqual([0, 1, 0, 1, 0, 0]);
    expect([...encodeTargets([2, 0], 3, 'centred')]).toEqual([-0.1, -0.1, 0.9, 0.9, -0.1, -0.1]);
  });

  test('centred targets of ten balanced classes have mean zero', () => {
    const targets = encodeTargets([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 10, 'centred');
    expect(targets.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 12);
  });

  test('the number of classes', () => {
    expect(classCount([0, 4, 2])).toBe(5);
    expect(classCount([])).toBe(0);
    expect(classCount(Uint8Array.of(255))).toBe(256);
  });

  test.each([[-1], [3], [0.5], [NaN]])('label %d is refused by index and value', (label) => {
    expect(() => encodeTargets([0, 1, label], 3, 'one-hot')).toThrow(`label ${label} at index 2`);
    expect(() => encodeTargets([0, 1, label], 3, 'one-hot')).toThrow(RangeError);
  });
});
