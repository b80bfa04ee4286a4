import type { ImageShape } from './images.js';
import type { ImageStack } from './images.js';

/** Share of the noise of single pixels beside the smooth part. */
const GRAIN = 0.3;

/**
 * Images like photographs in what the kernels' speed and rounding depend on: neighbouring pixels are correlated, mean
 * 0 and standard deviation about 1. The same seed gives the same images.
 */
export function randomImages(
  count: number,
  { channels, height, width }: ImageShape,
  seed: number,
): ImageStack {
  const random = randomNumbers(seed);
  const pixels = height * width;
  const data = new Float32Array(count * channels * pixels);
  for (let plane = 0; plane < count * channels; plane++) {
    // A few waves across the image, and grain.
    const waves = Array.from({ length: 4 }, () => ({
      y: (random() * 6) / height,
      x: (random() * 6) / width,
      phase: random() * 2 * Math.PI,
    }));
    for (let p = 0; p < pixels; p++) {
      const [y, x] = [Math.floor(p / width), p % width];
      const smooth = waves.reduce((sum, wave) => sum + Math.sin(wave.y * y + wave.x * x + wave.phase), 0);
      data[plane * pixels + p] = smooth / Math.SQRT2 + GRAIN * random();
    }
  }
  return { data, count, channels, height, width };
}

/** Uniform numbers in [−1, 1), exactly representable in float32 (a 32-bit linear congruence, Numerical Recipes). */
export function randomNumbers(seed: number): () => number {
  let state = Math.imul(seed + 1, 0x9e3779b1) | 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state >> 8) / 2 ** 23;
  };
}
