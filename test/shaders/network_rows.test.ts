// The kernel that streams planes row by row equals the float64 mirror of the plane kernels on every plane: every kind of
// activation, windows of even and odd sizes, rows narrower than its lanes, heights that its groups of planes do not divide.
import { contract, mirrorPlane, packGroups } from '../../shaders/network_rows.js';
import { SINKS, type Sink } from '../../shaders/shared/network_planes.js';
import { PLANE_KINDS, type PlaneKind, type PlaneLayer } from '../../shaders/shared/plane_activation.js';
import { firstPart, partsAxis, partsOfPooled } from '../../src/network/parts.js';
import { testGpu } from '../support/gpu.js';
import { poisoned, randomNumbers, runShader, worstError } from '../support/run-shader.js';

const layer: PlaneLayer = {
  ...{ gain: 0.1, bias: 0, trained: true, windowed: true, active: true, shape: 0 },
  ...{ sigmaScale: 1, kScale: 1, thetaScale: 1 },
};
const CHANNELS = 2;

interface Case {
  readonly height: number;
  readonly width: number;
  readonly span: number;
  readonly kind: PlaneKind;
  readonly layers: readonly PlaneLayer[];
  readonly low?: number;
  readonly high?: number;
  readonly sink: Sink;
}

/** Fields [fields][H][W] as x they have a row of zeros below, as z four shifted copies, doubled. */
function fields(values: Float32Array, height: number, width: number) {
  const x: number[] = [];
  const z: number[] = [];
  for (let f = 0; f < values.length / height / width; f++) {
    const at = (y: number, c: number) => values[(f * height + y) * width + (c % width)];
    for (let y = 0; y <= height; y++) for (let c = 0; c < width; c++) x.push(y < height ? at(y, c) : 0);
    for (let s = 0; s < 4; s++)
      for (let y = 0; y < height; y++) for (let c = 0; c < 2 * width; c++) z.push(at(y, c + s));
  }
  return { x: Float32Array.from(x), z: Float32Array.from(z) };
}

const range = (count: number) => Array.from({ length: count }, (_, index) => index);

/** What the kernel writes for all planes of one pair, and the planes themselves. */
async function run({ height, width, span, kind, layers, low = 1, high = 1, sink }: Case) {
  const gpu = await testGpu();
  const pixels = height * width;
  const rowLanes = 2 ** Math.ceil(Math.log2(width / 4));
  // Not for smaller subgroups; see rows-variant.ts.
  if (gpu.subgroupSize < Math.max(8, rowLanes)) return undefined;
  // Pixels, then λ at least as large as their products.
  const count = CHANNELS + layers.length;
  const images = [1, 2].map((seed) =>
    randomNumbers(count * pixels, seed).map((value, e) => (e < CHANNELS * pixels ? value : 1.2 + value)),
  );
  const [x, z] = images.map((image) => fields(image, height, width));
  const axis = (positions: number) => ({ positions, classes: range(positions) });
  const [rows, columns] = (
    [
      [height, span],
      [width, 1],
    ] as const
  ).map(([n, of]) => (sink === 'parts' ? partsAxis(axis(n), of) : axis(n)));
  const slot = (of: typeof rows, d: number, ofSpan: number) =>
    sink === 'parts' ? firstPart(of, d, ofSpan) : d;
  const planes = range(height).flatMap((dy) => range(width).map((dx): [number, number] => [dx, dy]));
  const entries = planes.map((d) => ({
    ...{ d, sourceX: [0], sourceY: [0] },
    slot: [slot(columns, d[0], 1), slot(rows, d[1], span)] as const,
  }));
  const { tables, groups } = packGroups(layers, entries, span, sink);
  const lines = rows.classes.length * (sink === 'sums' ? 1 : rows.positions);
  const size = lines * columns.classes.length * (sink === 'sums' ? 2 : columns.positions);
  const constants = {
    ...{ HEIGHT: height, WIDTH: width, SHIFTS: 4, ROW_LANES: rowLanes, PLANES: 32 / rowLanes, SPAN: span },
    ...{ CHANNELS, LAYERS: layers.length, LOW: low, HIGH: high, REACH: low + high, CIRCULAR: 0 },
    ...{ KIND: PLANE_KINDS[kind], SINK: SINKS[sink] },
    LINEAR: layers.every(({ active }) => active) ? 0 : 1,
  };
  const result = await runShader(gpu, contract, {
    constants,
    buffers: {
      ...{ x_fields: x.x, z_fields: z.z, pairs: Uint32Array.of(0, 0), tables },
      ...{ source_sigma: poisoned(4), source_theta: poisoned(4) },
      ...{ sigma_result: poisoned(size), theta_result: poisoned(size) },
    },
    params: {
      ...{ channels: CHANNELS, layers: layers.length, fields: count, planes: groups, first_group: 0 },
      ...{ source_gain: 1, source_rows: 0, source_columns: 0, source_theta_gain: 0 },
      ...{ result_rows: lines, result_columns: columns.classes.length },
    },
    workgroups: [Math.ceil(groups / constants.PLANES)],
  });
  const expected = planes.map(([dx, dy]) => {
    const sigma = new Float64Array(pixels);
    for (let p = 0; p < pixels; p++) {
      const q = ((Math.floor(p / width) + dy) % height) * width + (((p % width) + dx) % width);
      for (const c of range(CHANNELS)) sigma[p] += images[0][c * pixels + p] * images[1][c * pixels + q];
    }
    const theta = new Float64Array(pixels);
    const activation = kind === 'leaky' ? 'relu' : kind;
    const [xLambda, zLambda] = images.map((image) => image.subarray(CHANNELS * pixels));
    const input = { kind: activation, layers, low, high, circular: false, height, width, xLambda, zLambda };
    mirrorPlane(input, [dx, dy], sigma, theta);
    return { d: [dx, dy] as const, sigma, theta };
  });
  return { result, expected, rows, columns };
}

const cases: [string, Omit<Case, 'sink'>][] = [
  ['relu', { height: 8, width: 8, span: 4, kind: 'relu', layers: [layer, { ...layer, bias: 0.02 }] }],
  [
    'a frozen layer, two planes at a time',
    { height: 6, width: 8, span: 2, kind: 'relu', layers: [layer, { ...layer, trained: false }] },
  ],
  [
    'leaky, 4×4, 7 rows of 3 quads',
    { height: 7, width: 12, span: 2, kind: 'leaky', layers: [{ ...layer, shape: 0.3 }], low: 1, high: 2 },
  ],
  [
    'gaussian, 7×7, 5 rows',
    {
      ...{ height: 5, width: 8, span: 4, kind: 'gaussian' },
      ...{ layers: [{ ...layer, gain: 0.03, shape: 2 }], low: 3, high: 3 },
    },
  ],
  [
    'erf, 2×2, no activation at the end',
    {
      ...{ height: 4, width: 4, span: 2, kind: 'erf', low: 0 },
      layers: [
        { ...layer, sigmaScale: 0.5, kScale: 2, thetaScale: 0.25 },
        layer,
        { ...layer, active: false },
      ],
    },
  ],
];

test.each(cases)('%s: whole planes', async (_, options) => {
  const ran = await run({ ...options, sink: 'whole' });
  if (ran === undefined) return;
  const { height, width } = options;
  for (const { d, ...plane } of ran.expected) {
    for (const name of ['sigma', 'theta'] as const) {
      const values = range(height * width).map(
        (p) =>
          ran.result[`${name}_result`][
            ((d[1] * height + Math.floor(p / width)) * width + d[0]) * width + (p % width)
          ],
      );
      expect(worstError(values, plane[name], 0.3) <= 2e-5).toBe(true);
    }
  }
});

test.each([cases[0], cases[2]])('%s: sums of the planes', async (_, options) => {
  const ran = await run({ ...options, sink: 'sums' });
  if (ran === undefined) return;
  const sums = ran.expected.flatMap(({ sigma, theta }) =>
    [sigma, theta].map((plane) => plane.reduce((a, b) => a + b)),
  );
  expect(worstError(ran.result.sigma_result, sums, 1) <= 2e-5).toBe(true);
});

test.each([
  [8, 4],
  [6, 4],
  [2, 4],
  [6, 2],
  [8, 8],
])('parts of planes of %d rows, %d at a time, add up to what 2×2 pooling sums', async (height, span) => {
  const width = 8;
  const ran = await run({ height, width, span, kind: 'relu', layers: [layer, layer], sink: 'parts' });
  if (ran === undefined) return;
  const { rows, columns, result, expected } = ran;
  const [tall, broad] = [height / 2, width / 2];
  for (const field of ['sigma', 'theta'] as const) {
    const values = result[`${field}_result`];
    expect(values.some(Number.isNaN)).toBe(false);
    for (const [dy, y, dx, x] of range(tall).flatMap((dy) =>
      range(tall).flatMap((y) =>
        range(broad).flatMap((dx) => range(broad).map((x) => [dy, y, dx, x] as const)),
      ),
    )) {
      let pooled = 0;
      for (let a = 0; a < 16; a++) {
        const [fy, ty] = [2 * y + (a & 1), 2 * ((y + dy) % tall) + ((a >> 1) & 1)];
        const [fx, tx] = [2 * x + ((a >> 2) & 1), 2 * ((x + dx) % broad) + (a >> 3)];
        const plane = ((ty - fy + height) % height) * width + ((tx - fx + width) % width);
        pooled += expected[plane][field][fy * width + fx];
      }
      const slotsY = partsOfPooled(rows, dy, span);
      expect(slotsY.length === 1 || slotsY.length === 2).toBe(true);
      let sum = 0;
      for (const slotY of slotsY)
        for (const slotX of partsOfPooled(columns, dx, 1))
          sum += values[((slotY * tall + y) * columns.classes.length + slotX) * broad + x];
      expect(Math.abs(sum - pooled) <= 2e-5 * Math.max(1, Math.abs(pooled))).toBe(true);
    }
  }
});
