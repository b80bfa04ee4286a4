// The shaders' mirrors, composed, equal the 4-D definition: the displacement planes lose nothing.
import type { KernelSpec, Readout } from '../../src/kernel/kernel-spec.js';
import type { ImageStack } from '../../src/images/images.js';
import { referenceKernel } from '../../src/kernel/reference.js';
import { mirrorKernel } from '../support/mirror-kernel.js';
import { randomNumbers, worstError } from '../support/run-shader.js';

function stack(count: number, channels: number, height: number, width: number, seed: number): ImageStack {
  return { data: randomNumbers(count * channels * height * width, seed), count, channels, height, width };
}

const readouts: Readout[] = ['vanilla', 'gap', 'lap:1', 'lap:3', 'lap:9'];
// Where c = ±1 up to float64 rounding, as always with one pixel of one channel, the angle is good to 1e-8.
const shapes = [
  [2, 4, 5, 1e-11],
  [1, 1, 7, 1e-11],
  [3, 6, 1, 1e-11],
  [1, 1, 1, 1e-7],
  [2, 5, 3, 1e-11],
] as const;

const kernels = readouts.flatMap((readout): KernelSpec[] => [
  { kernel: 'ntk', depth: 4, readout, trained: 'all' },
  { kernel: 'ntk', depth: 4, readout, trained: 'hidden' },
  { kernel: 'nngp', depth: 4, readout },
]);

test.each(shapes)(
  '%i channels, %i×%i: every channel, two stacks, within %d',
  (c, height, width, tolerance) => {
    const x = stack(2, c, height, width, 3);
    const z = stack(2, c, height, width, 4);
    for (const spec of kernels) {
      const expected = referenceKernel(x, z, spec);
      const scale = Math.max(...expected.map(Math.abs));
      expect(worstError(mirrorKernel(x, z, spec), expected, 1e-3 * scale) <= tolerance).toBe(true);
    }
  },
);

test('one stack with itself, a black image and equal images among it', () => {
  const x = stack(4, 2, 4, 4, 5);
  x.data.fill(0, 32, 64);
  x.data.copyWithin(96, 0, 32);
  for (const spec of kernels) {
    const expected = referenceKernel(x, x, spec);
    const scale = Math.max(...expected.map(Math.abs));
    expect(worstError(mirrorKernel(x, x, spec), expected, 1e-3 * scale) <= 1e-7).toBe(true);
  }
});
