// Mirrored images by the definition, element by element, on a shape whose sides all differ.
import { flipHorizontally } from '../../src/images/flip.js';
import { randomNumbers } from '../support/run-shader.js';

const [count, channels, height, width] = [3, 2, 4, 5];
const images = { data: randomNumbers(count * channels * height * width, 3), count, channels, height, width };

test('columns in reverse, rows and channels as they were', () => {
  const before = images.data.slice();
  const { data, ...shape } = flipHorizontally(images);
  expect(shape).toEqual({ count, channels, height, width });
  for (let row = 0; row < count * channels * height; row++)
    for (let x = 0; x < width; x++) expect(data[row * width + x]).toBe(before[row * width + width - 1 - x]);
  expect(images.data).toEqual(before);
});

test('twice is nothing', () => {
  expect(flipHorizontally(flipHorizontally(images))).toEqual(images);
});
