// near_pairs.wgsl: pairs above the reaches get Σ weight U of plane 0 as in the float64 mirror, at every tap and in group 0
// alone; all other sums, K, equal images, the upper part of a triangle and images with themselves stay as they are. Around
// the blocks of 64 columns and 16 rows, with one and several workgroups, and with faults that must be seen. The mirror is
// that of the plane kernel, on paper the same function.
import * as fields from '../../shaders/fields.js';
import { contract, mirror, scratchBytes } from '../../shaders/near_pairs.js';
import * as norms from '../../shaders/norms.js';
import { mirror as planesMirror } from '../../shaders/planes.js';
import { mirror as reachesMirror } from '../../shaders/reaches.js';
import { layerGain } from '../../src/kernel/passes.js';
import { testGpu } from '../support/gpu.js';
import { plantedFault } from '../support/planted-fault.js';
import { randomNumbers, runShader, worstError } from '../support/run-shader.js';

interface Case {
  readonly height: number;
  readonly width: number;
  readonly rows?: number;
  readonly columns?: number;
  readonly triangle?: boolean;
  readonly workgroups?: number;
  readonly theta0?: 0 | 1;
}

const [CHANNELS, LAYERS, GROUPS, FIRST] = [2, 3, 2, 1];
const SLOTS = [0, -1, 1];
const UNTOUCHED = 12345;

/**
 * Images in families of five: one, the same to 1e-3, to 1e-6, three times the first to 1e-5, and a copy of the first. All
 * are compared with the first family's; other families are at random.
 */
function imagesOf(count: number, size: number): Float32Array {
  const images = randomNumbers(count * size, 17);
  const noise = randomNumbers(count * size, 23);
  const change = [0, 1e-3, 1e-6, 1e-5, 0];
  for (let image = 0; image < count; image++) {
    const member = image % 5;
    if (image - member > 10 && (image - member) % 60 !== 0) continue; // few beyond the first block
    for (let e = 0; e < size; e++) {
      const first = images[e];
      images[image * size + e] =
        (member === 3 ? 3 : 1) * first + (image === 0 ? 0 : change[member] * noise[image * size + e]);
    }
  }
  return images;
}

async function compare(
  shape: Case,
  shader = contract,
): Promise<{ error: number; near: number; kept: boolean }> {
  const { height, width, rows = 5, columns = 5, triangle = false, workgroups = 1, theta0 = 1 } = shape;
  const gpu = await testGpu();
  const count = FIRST + Math.max(rows, columns);
  const pixels = height * width;
  const radii = [0, 1, Math.max(height, width)];
  const taps = 2 * radii.length;
  const gain = layerGain({ channels: CHANNELS, height, width });
  const size = { channels: CHANNELS, height, width, gain };
  const images = imagesOf(count, CHANNELS * pixels);
  const stack = { images, count, layers: LAYERS, ...size };
  const variance = norms.mirror(stack);
  const laidOut = fields.mirror({ ...stack, variance, shifts: 4 });
  const reaches = reachesMirror({ variance, radii, layerSlots: SLOTS, images: count, ...size });
  const fieldsOf = (image: number) => [
    ...images.subarray(image * CHANNELS * pixels, (image + 1) * CHANNELS * pixels),
    ...variance.subarray(image * LAYERS * pixels, (image + 1) * LAYERS * pixels).map(Math.sqrt),
  ];
  const common = { radii, layerSlots: SLOTS, ...size, theta0 };
  const stride = GROUPS * taps * 2;
  const before = new Float32Array(rows * columns * stride).fill(UNTOUCHED);
  const expected = Float64Array.from(before);
  let near = 0;
  for (let pair = 0; pair < rows * columns; pair++) {
    const [x, z] = [FIRST + Math.floor(pair / columns), FIRST + (pair % columns)];
    const pairOf = { x: fieldsOf(x), z: fieldsOf(z) };
    const sums = planesMirror({ ...pairOf, same: false, planes: [[0, 0]], ...common });
    const isEqual = pairOf.x.every((value, e) => value === pairOf.z[e]);
    const factors = [
      Math.sqrt(reaches[z * taps] / reaches[x * taps]),
      Math.sqrt(reaches[x * taps] / reaches[z * taps]),
    ] as const;
    const exact = mirror({ ...pairOf, factors, ...common });
    for (let tap = 0; tap < taps; tap++) {
      // The K of a float32 kernel.
      before[pair * stride + 2 * tap] = sums[2 * tap];
      expected[pair * stride + 2 * tap] = Math.fround(sums[2 * tap]);
      expect(Math.abs(exact[tap] - sums[2 * tap + 1])).toBeLessThanOrEqual(1e-7 * Math.abs(exact[tap]));
      if ((triangle && z >= x) || isEqual) continue;
      if (!(sums[2 * tap] > reaches[x * taps + tap] * reaches[z * taps + tap])) continue;
      expected[pair * stride + 2 * tap + 1] = exact[tap];
      near++;
    }
  }
  const { partial_sums: result } = await runShader(gpu, shader, {
    constants: { HEIGHT: height, WIDTH: width, SHIFTS: 4, GAIN: gain },
    buffers: {
      x_fields: Float32Array.from(laidOut.xFields),
      z_fields: Float32Array.from(laidOut.zFields),
      x_reaches: Float32Array.from(reaches),
      z_reaches: Float32Array.from(reaches),
      radii: Uint32Array.from(radii),
      layer_slots: Int32Array.from(SLOTS),
      partial_sums: before,
      scratch: new Float32Array((workgroups * scratchBytes({ height, width })) / 4).fill(NaN),
    },
    params: {
      ...{ channels: CHANNELS, layers: LAYERS, readouts: radii.length, taps, theta0, groups: GROUPS },
      ...{ first_row: FIRST, first_column: FIRST, rows, columns, triangle: triangle ? 1 : 0 },
    },
    workgroups: [workgroups],
  });
  const kept = result.every((value, e) => expected[e] !== UNTOUCHED || value === UNTOUCHED);
  return { error: worstError(result, expected), near, kept };
}

test.each<Case>([
  { height: 1, width: 1 },
  { height: 1, width: 9 },
  { height: 9, width: 1, theta0: 0 },
  { height: 7, width: 9, triangle: true }, // 63 pixels
  { height: 8, width: 8 },
  { height: 5, width: 13, triangle: true }, // 65
  { height: 4, width: 33, theta0: 0 },
  { height: 2, width: 3, rows: 16, columns: 64 },
  { height: 2, width: 3, rows: 17, columns: 65 },
  { height: 2, width: 3, rows: 17, columns: 65, workgroups: 3, triangle: true },
  { height: 2, width: 3, rows: 1, columns: 130, workgroups: 2 },
  { height: 2, width: 3, rows: 40, columns: 2, workgroups: 9 },
])('%o: near pairs within 2e-6, the others untouched', async (shape) => {
  const { error, near, kept } = await compare(shape);
  expect(near).toBeGreaterThan(5);
  expect(kept).toBe(true);
  expect(error <= 2e-6).toBe(true);
});

describe('planted faults', () => {
  const shape = { height: 7, width: 6, rows: 17, columns: 6, triangle: true, workgroups: 2 };

  test.each([
    ['the_length_of_x', 'of_x * x_value - of_z * z_value', 'x_value - z_value'],
    ['theta_without_k', '= u + unit * kappa.kappa1;', '= u;'],
    ['no_row_above', 'if (p >= WIDTH) {', 'if (p >= PIXELS) {'],
    ['wraps_to_the_next_row', 'if (x_here + 1 < WIDTH) {', 'if (p + 1 < PIXELS) {'],
    ['whole_rectangle', 'params.triangle == 1 && z >=', 'params.triangle == 2 && z >='],
    ['first_row_alone', '1u << r', '1u'],
    ['half_the_lanes', 'first < LANES', 'first < LANES / 2'],
    ['tap_not_asked', 'if (lane == 0 && is_near)', 'if (lane == 0 && tap == 0)'],
    ['equal_images_too', 'workgroupUniformLoad(&sh_total) == 0', 'workgroupUniformLoad(&sh_total) == 7'],
    ['no_pair', 'k > x_reach * z_reach', 'k > 2.0 * x_reach * z_reach'],
  ])('%s is seen', async (fault, text, replacement) => {
    const { error, kept } = await compare(shape, plantedFault(contract, fault, text, replacement));
    expect(kept && error <= 2e-6).toBe(false);
  });

  test('control: the same pairs without a fault', async () => {
    const { error, kept } = await compare(shape);
    expect([kept, error <= 2e-6]).toEqual([true, true]);
  });
});
