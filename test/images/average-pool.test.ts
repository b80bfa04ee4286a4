// Block means by the definition; what is no size is refused.
import { averagePool } from '../../src/images/average-pool.js';
import { randomNumbers } from '../support/run-shader.js';

const images = { data: randomNumbers(2 * 3 * 6 * 12, 5), count: 2, channels: 3, height: 6, width: 12 };

test('every pixel is the mean of its block', () => {
  const pooled = averagePool(images, 3);
  expect(pooled).toMatchObject({ count: 2, channels: 3, height: 3, width: 3 });
  pooled.data.forEach((value, e) => {
    const [x, y, plane] = [e % 3, Math.floor(e / 3) % 3, Math.floor(e / 9)];
    let sum = 0;
    for (let py = 0; py < 6; py++)
      for (let px = 0; px < 12; px++)
        if (Math.floor(py / 2) === y && Math.floor(px / 4) === x)
          sum += images.data[(plane * 6 + py) * 12 + px];
    expect(Math.abs(value - sum / 8)).toBeLessThan(1e-7);
  });
});

test('to their own size: the same pixels', () => {
  const square = { ...images, height: 6, width: 6, data: images.data.slice(0, 216) };
  expect(averagePool(square, 6)).toEqual(square);
});

test.each([4, 5, 12])('6×12 pixels to %i: refused', (size) => {
  expect(() => averagePool(images, size)).toThrow(`6×12 pixels cannot be averaged to ${size}×${size}`);
});
