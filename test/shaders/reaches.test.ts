// reaches.wgsl = its float64 mirror, at image counts around a workgroup of 64, layers that nobody asks for, all kinds of
// read-outs; and that of an image is √(1 − nearness) of what the plane kernel sums up for the image with itself.
import { contract, mirror, nearness } from '../../shaders/reaches.js';
import { mirror as planesMirror } from '../../shaders/planes.js';
import { mirror as normsMirror } from '../../shaders/norms.js';
import { testGpu } from '../support/gpu.js';
import { plantedFault } from '../support/planted-fault.js';
import { poisoned, randomNumbers, runShader, worstError } from '../support/run-shader.js';

const [HEIGHT, WIDTH, GAIN] = [5, 7, 0.125];
const RADII = [0, 1, 7];
const SLOTS = [-1, 0, -1, 1];
const TAPS = 2 * RADII.length;

async function errorOf(images: number, shader = contract): Promise<number> {
  const variance = randomNumbers(images * SLOTS.length * HEIGHT * WIDTH, 3).map(Math.abs);
  const { reaches } = await runShader(await testGpu(), shader, {
    constants: { HEIGHT, WIDTH, GAIN },
    buffers: {
      variance,
      radii: Uint32Array.from(RADII),
      layer_slots: Int32Array.from(SLOTS),
      reaches: poisoned(images * TAPS + 5),
    },
    params: { images, layers: SLOTS.length, readouts: RADII.length, taps: TAPS },
    workgroups: [Math.ceil(images / 64), SLOTS.length],
  });
  if (!reaches.subarray(images * TAPS).every(Number.isNaN)) return NaN;
  const shape = { height: HEIGHT, width: WIDTH, gain: GAIN };
  return worstError(
    reaches.subarray(0, images * TAPS),
    mirror({ variance, radii: RADII, layerSlots: SLOTS, images, ...shape }),
  );
}

test.each([1, 63, 64, 65])('%i images', async (images) => {
  expect((await errorOf(images)) <= 1e-6).toBe(true);
});

test('an image reaches √(1 − nearness) of its own ΣK', () => {
  const [channels, layers] = [2, SLOTS.length];
  const shape = { channels, height: HEIGHT, width: WIDTH, gain: GAIN };
  const images = randomNumbers(channels * HEIGHT * WIDTH, 5);
  const variance = normsMirror({ images, count: 1, layers, ...shape });
  const x = [...images, ...variance.map(Math.sqrt)];
  const own = planesMirror({
    ...{ x, z: x, same: true, planes: [[0, 0]], radii: RADII, layerSlots: SLOTS, theta0: 1 },
    ...shape,
  });
  const reaches = mirror({ variance, radii: RADII, layerSlots: SLOTS, images: 1, ...shape });
  for (const [tap, reach] of reaches.entries()) {
    const h = tap < RADII.length ? 1 : 3;
    expect(reach ** 2 / ((1 - nearness(h)) * own[2 * tap])).toBeCloseTo(1, 12);
  }
});

test('nearness: a hundredth, and less where layers have brought all images together', () => {
  expect([0, 10, 38].map(nearness)).toEqual([0.01, 0.01, 0.01]);
  expect(nearness(40)).toBeLessThan(0.01);
  expect(nearness(199)).toBe(4e-4);
});

test.each([
  ['gain', 'GAIN * sum', 'sum'],
  ['every_layer_near', '(1.0 - nearness(h))', '1.0'],
  ['rows_unweighted', 'window_overlap(y, y, radius, HEIGHT) * row', 'row'],
])('planted fault %s is seen', async (fault, text, replacement) => {
  expect((await errorOf(3, plantedFault(contract, fault, text, replacement))) <= 1e-6).toBe(false);
});
