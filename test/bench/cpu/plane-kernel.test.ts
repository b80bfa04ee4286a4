// The plane kernel in JavaScript gives the mirror's sums on every plane of small shapes, ragged ones, black
// patches and both starts of Θ among them; a kernel with one plane for another is seen.
import { planeSums } from '../../../src/bench/cpu/plane-kernel.js';
import { largestError } from '../../../src/bench/measure.js';
import { mirrorFields, mirrorSums, networkImages, passOf } from '../../../src/bench/network.js';
import { layerGain } from '../../../src/kernel/passes.js';

const TOLERANCE = 1e-6;

function inputs(channels: number, height: number, width: number, depth: number, black: boolean) {
  const network = { shape: { channels, height, width }, depth, readout: 'gap' } as const;
  const images = networkImages(network, 2);
  if (black) images.data.fill(0, 0, Math.floor(images.data.length / 3));
  const pass = passOf(network);
  const x = Float32Array.from(mirrorFields(images, pass, 0));
  const z = Float32Array.from(mirrorFields(images, pass, 1));
  const { planes, layers, theta0 } = pass;
  const input = { x, z, planes, channels, layers, height, width, gain: layerGain(images), theta0 };
  return { input, images, pass };
}

test.each([
  [1, 1, 1, 3],
  [3, 8, 8, 11],
  [2, 5, 7, 5],
  [1, 9, 4, 4],
])('%i×%i×%i, depth %i: as the mirror', (channels, height, width, depth) => {
  for (const black of [false, true]) {
    const { input, images, pass } = inputs(channels, height, width, depth, black);
    for (const theta0 of [0, 1] as const) {
      const expected = mirrorSums(images, { ...pass, theta0 }, pass.planes);
      const error = largestError(planeSums({ ...input, theta0 }), expected);
      expect(error <= TOLERANCE).toBe(true);
    }
  }
});

test('planes with dx and dy exchanged are seen', () => {
  const { input, images, pass } = inputs(3, 8, 8, 5, false);
  const planes = input.planes.map(([dx, dy]) => [dy, dx] as const);
  const error = largestError(planeSums({ ...input, planes }), mirrorSums(images, pass, pass.planes));
  expect(error <= TOLERANCE).toBe(false);
});
