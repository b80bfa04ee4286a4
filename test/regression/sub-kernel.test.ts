// Parts of a matrix, element by element.
import { subKernel } from '../../src/regression/sub-kernel.js';

// [3][4], element (r, c) is 10 r + c.
const kernel = Float32Array.from({ length: 12 }, (_, e) => 10 * Math.floor(e / 4) + (e % 4));

test('columns of all rows, in the order asked for', () => {
  expect([...subKernel(kernel, 4, [3, 0])]).toEqual([3, 0, 13, 10, 23, 20]);
});

test('rows and columns', () => {
  expect([...subKernel(kernel, 4, [1, 2], [2, 0])]).toEqual([21, 22, 1, 2]);
});

test.each([
  [[4], undefined, 4],
  [[0], [3], 3],
  [[-1], undefined, -1],
])('columns %j, rows %j: index %i is refused', (columns, rows, bad) => {
  expect(() => subKernel(kernel, 4, columns, rows)).toThrow(`index ${bad} is none of a 3×4 kernel`);
});
