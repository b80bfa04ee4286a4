// Columns of a matrix, element by element.
import { subKernel } from '../../src/regression/sub-kernel.js';

// [3][4], element (r, c) is 10 r + c.
const kernel = Float32Array.from({ length: 12 }, (_, e) => 10 * Math.floor(e / 4) + (e % 4));

test('in the order asked for', () => {
  expect([...subKernel(kernel, 4, [3, 0])]).toEqual([3, 0, 13, 10, 23, 20]);
});

test.each([4, -1, NaN])('column %d is refused', (bad) => {
  expect(() => subKernel(kernel, 4, [0, bad])).toThrow(`column ${bad} is none of the 4 of the kernel`);
});
