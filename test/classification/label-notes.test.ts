import { labelNotes } from '../../src/classification/label-notes.js';

describe('notes about labels', () => {
  test('none where all is well', () => {
    expect(labelNotes([0, 1, 2, 0], [2, 1])).toEqual([]);
    expect(labelNotes([3, 7])).toEqual([]);
  });

  test('one class only', () => {
    expect(labelNotes([5, 5])).toEqual([
      'every training image is of class 5: every prediction will be that class',
    ]);
  });

  test('test images of classes that no training image has', () => {
    expect(labelNotes([0, 1, 0, 1], [0, 2, 9, 2]).join()).toMatch(
      /^3 of 4 test images .* \(2, 9\): .*an error$/,
    );
  });

  test('labels that look like values: from half as many classes as images on', () => {
    const labels = (images: number, classes: number) => Array.from({ length: images }, (_, i) => i % classes);
    expect(labelNotes(labels(40, 20))).toEqual([]);
    expect(labelNotes(labels(40, 21)).join()).toMatch(/^21 classes among 40 training images.*regression/);
    // One image of each of ten classes is a common small problem.
    expect(labelNotes(labels(10, 10))).toEqual([]);
  });
});
