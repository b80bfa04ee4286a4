// The variances of a run equal the float64 mirror layer by layer: windows of any reach, circular and not, bias, erf between
// layers; begun with pixels, with a plane among several, and with the parts of a pooling.
import { contract, mirror, type NetworkVariance } from '../../shaders/network_variances.js';
import { NO_SLOT } from '../../shaders/shared/network_planes.js';
import { testGpu } from '../support/gpu.js';
import { poisoned, randomNumbers, runShader, worstError } from '../support/run-shader.js';

const [height, width] = [5, 8];
const pixels = height * width;
/** A few roundings of sums of non-negative terms. */
const TOLERANCE = 2e-6;

const LAYERS: readonly Omit<NetworkVariance, 'height' | 'width'>[] = [
  { gain: 1 / 9, bias: 0, low: 1, high: 1, circular: false },
  { gain: 0.5, bias: 0.25, low: 2, high: 3, circular: false },
  { gain: 2, bias: 0, low: 0, high: 0, circular: false },
  { gain: 1, bias: 0.1, low: 1, high: 2, circular: true },
  { gain: 1, bias: 0, low: 3, high: 3, circular: true, erf: { sigmaScale: 4, kScale: 0.5 } },
];

async function runLayer(
  layer: Omit<NetworkVariance, 'height' | 'width'>,
  input: {
    source: Float32Array;
    variance: Float32Array;
    layer: number;
    images: number;
    slots?: number[];
    columnParts?: number;
    rowParts?: number;
    channels?: number;
    sourceGain?: number;
    sourceRows?: number;
    sourceColumns?: number;
  },
) {
  const { gain, bias, low, high, circular, erf } = layer;
  const { slots = [0, 0, 0, 0, 0, 0], columnParts = 0, rowParts = columnParts, channels = 1 } = input;
  const { variance } = await runShader(await testGpu(), contract, {
    buffers: { source: input.source, slots: Uint32Array.from(slots), variance: input.variance },
    params: {
      ...{ layer: input.layer, layers: 2, first_image: 1, height, width, gain, bias, low, high },
      circular: circular ? 1 : 0,
      erf: erf ? 1 : 0,
      sigma_scale: erf?.sigmaScale ?? 1,
      k_scale: erf?.kScale ?? 1,
      ...{ column_parts: columnParts, row_parts: rowParts, channels, source_gain: input.sourceGain ?? 1 },
      source_rows: input.sourceRows ?? 0,
      source_columns: input.sourceColumns ?? 0,
    },
    workgroups: [Math.ceil(pixels / 64), input.images],
  });
  return variance;
}

test.each(LAYERS)('layer 1 from layer 0: %j', async (layer) => {
  const variance = poisoned(3 * 2 * pixels);
  const before = randomNumbers(2 * pixels, 3).map((value) => value + 0.5);
  for (const image of [1, 2])
    variance.set(before.subarray((image - 1) * pixels, image * pixels), image * 2 * pixels);
  const computed = await runLayer(layer, { source: new Float32Array(1), variance, layer: 1, images: 2 });
  for (const image of [1, 2]) {
    const own = Float64Array.from(before.subarray((image - 1) * pixels, image * pixels));
    const at = (image * 2 + 1) * pixels;
    const expected = mirror({ ...layer, height, width }, own);
    expect(worstError(computed.subarray(at, at + pixels), expected) <= TOLERANCE).toBe(true);
  }
  // The image before the first is not touched.
  expect(computed.subarray(0, 2 * pixels).every(Number.isNaN)).toBe(true);
});

test('layer 0 from pixels, from a plane among others, and from the sum of parts', async () => {
  const [layer] = LAYERS;
  const images = randomNumbers(2 * 3 * pixels, 5);
  const squares = new Float64Array(pixels);
  for (let c = 0; c < 3; c++)
    for (let p = 0; p < pixels; p++) squares[p] += images[(3 + c) * pixels + p] ** 2;
  const variance = poisoned(4 * pixels);
  const fromPixels = await runLayer(layer, { source: images, variance, layer: 0, images: 1, channels: 3 });
  const own = fromPixels.subarray(2 * pixels, 3 * pixels);
  expect(worstError(own, mirror({ ...layer, height, width }, squares)) <= TOLERANCE).toBe(true);

  // [slots of y][H][slots of x][W]
  const source = randomNumbers(4 * height * 4 * width, 6).map((value) => value + 0.5);
  const shape = { source, variance, layer: 0, images: 1, sourceRows: 4 * height, sourceColumns: 4 };
  for (const [columnParts, slotsY] of [
    [1, [1]],
    [3, [1, 2, 3]],
    [3, [1, 2]],
    [3, [3, NO_SLOT]],
  ] as const) {
    const slotsX = [2, 3, 0];
    const slots = [...slotsX, ...slotsY];
    const rowParts = slotsY.length;
    const computed = await runLayer(layer, { ...shape, columnParts, rowParts, slots, sourceGain: 0.5 });
    const expected = new Float64Array(pixels);
    for (const slotY of slotsY.filter((slot) => slot !== NO_SLOT)) {
      for (const slotX of slotsX.slice(0, columnParts)) {
        for (let p = 0; p < pixels; p++) {
          const row = slotY * height + Math.floor(p / width);
          expected[p] += 0.5 * source[(row * 4 + slotX) * width + (p % width)];
        }
      }
    }
    const result = computed.subarray(2 * pixels, 3 * pixels);
    expect(worstError(result, mirror({ ...layer, height, width }, expected)) <= TOLERANCE).toBe(true);
  }
});
