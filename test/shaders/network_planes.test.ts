// Both fused plane kernels of networks equal their float64 mirror on single planes: every kind of activation, windows of
// even and odd sizes, circular and not, from stored planes; what they write are whole planes, the parts that 2×2 pooling
// sums, or sums. The one in workgroup memory does so on widths, too, that are no multiple of a quad.
import { contract as portable } from '../../shaders/network_planes.js';
import { contract as subgroup } from '../../shaders/network_planes_subgroup.js';
import { mirrorPlane, packTables, SINKS } from '../../shaders/shared/network_planes.js';
import type { PlaneKind, PlaneLayer } from '../../shaders/shared/plane_activation.js';
import { firstPart, partsAxis, partsOfPooled } from '../../src/network/parts.js';
import { runVariant, type RunKernel } from '../../src/network/run-variant.js';
import { testGpu } from '../support/gpu.js';
import { poisoned, randomNumbers, runShader, worstError } from '../support/run-shader.js';

const layer: PlaneLayer = {
  ...{ gain: 0.1, bias: 0, trained: true, windowed: true, active: true, shape: 0 },
  ...{ sigmaScale: 1, kScale: 1, thetaScale: 1 },
};

/** λ fields of one image of two layers: as x they have a row of zeros below, as z four shifted copies, doubled. */
function fields(lambda: Float32Array, height: number, width: number) {
  const row = 4 * Math.ceil(width / 4);
  const x: number[] = [];
  const z: number[] = [];
  for (let h = 0; h < 2; h++) {
    const at = (y: number, c: number) => lambda[(h * height + y) * width + (c % width)];
    for (let y = 0; y <= height; y++)
      for (let c = 0; c < row; c++) x.push(y < height && c < width ? at(y, c) : 0);
    for (let s = 0; s < 4; s++)
      for (let y = 0; y < height; y++) for (let c = 0; c < 2 * row; c++) z.push(at(y, c + s));
  }
  return { x: Float32Array.from(x), z: Float32Array.from(z) };
}

async function run(options: {
  kernel: RunKernel;
  height: number;
  width: number;
  kind: PlaneKind;
  layers: PlaneLayer[];
  planes: [number, number][];
  low?: number;
  high?: number;
  circular?: boolean;
  sink?: keyof typeof SINKS;
  slots?: (d: [number, number]) => [number, number];
  columns?: number;
  /** Begins with sums of three planes, or of six, in place of one. */
  fromParts?: boolean;
  size: number;
}) {
  const { kind, layers, planes, low = 1, high = 1, circular = false, sink = 'whole', size } = options;
  const { fromParts = false } = options;
  const { kernel, height, width } = options;
  const pixels = height * width;
  const gpu = await testGpu();
  const axis = (positions: number) => ({
    positions,
    classes: Array.from({ length: positions }, (_, d) => d),
  });
  const { kernel: chosen, constants } = runVariant(
    { window: { low, high, circular }, kind },
    { height, width, axes: { rows: axis(height), columns: axis(width) }, pairedRows: sink === 'parts' },
    kernel === 'subgroup' ? gpu : { limits: gpu.limits, subgroupSize: 0 },
  )!;
  expect(chosen).toBe(kernel);
  const [sigma, theta] = [1, 2].map((seed) => randomNumbers(2 * planes.length * pixels, seed));
  const lambdas = [3, 4].map((seed) => randomNumbers(2 * pixels, seed).map((value) => 1.2 + value));
  const [x, z] = lambdas.map((lambda) => fields(lambda, height, width));
  const entries = planes.map((d, index) => ({
    d,
    slot: options.slots?.(d) ?? ([index, 0] as const),
    sourceX: fromParts ? [0, 1, 2].map((k) => (index + k) % planes.length) : [index],
    // One part along y, or two.
    sourceY: !fromParts ? [0] : index % 2 === 0 ? [1] : [0, 1],
  }));
  const sourceRows = fromParts ? 2 : 1;
  // [sourceRows][H][planes][W]
  const at = (slotX: number, slotY: number, p: number) =>
    ((slotY * height + Math.floor(p / width)) * planes.length + slotX) * width + (p % width);
  const result = await runShader(gpu, kernel === 'subgroup' ? subgroup : portable, {
    constants: {
      ...constants,
      LINEAR: layers.every(({ active }) => active) ? 0 : 1,
      ...{ SOURCE_PARTS: fromParts ? 3 : 1, SOURCE_ROW_PARTS: sourceRows, SINK: SINKS[sink] },
    },
    buffers: {
      ...{ x_fields: x.x, z_fields: z.z, pairs: Uint32Array.of(0, 0), tables: packTables(layers, entries) },
      ...{ source_sigma: sigma, source_theta: theta },
      ...{ sigma_result: poisoned(size), theta_result: poisoned(size) },
    },
    params: {
      ...{ channels: 0, layers: layers.length, fields: 2, planes: planes.length, first_group: 0 },
      ...{
        source_gain: 0.5,
        source_rows: sourceRows * height,
        source_columns: planes.length,
        source_theta_gain: 0.5,
      },
      ...{ result_rows: 0, result_columns: options.columns ?? planes.length },
    },
    workgroups: [Math.ceil(planes.length / constants.PLANES)],
  });
  const expected = entries.map(({ d, sourceX, sourceY }) => {
    const own = (source: Float32Array) =>
      Float64Array.from({ length: pixels }, (_, p) =>
        sourceY.flatMap((y) => sourceX.map((x) => 0.5 * source[at(x, y, p)])).reduce((a, b) => a + b),
      );
    const [s, t] = [own(sigma), own(theta)];
    const activation = kind === 'leaky' ? 'relu' : kind;
    const input = { kind: activation, layers, low, high, circular, height, width } as const;
    mirrorPlane({ ...input, xLambda: lambdas[0], zLambda: lambdas[1] }, d, s, t);
    return { sigma: s, theta: t };
  });
  return { result, expected };
}

const planes: [number, number][] = [
  [0, 0],
  [1, 0],
  [3, 6],
  [5, 2],
  [4, 4],
];

/** With the runs that are tried on it; a row goes around where it ends with a quad. */
const shapes: [RunKernel, number, number, RegExp][] = [
  ['subgroup', 8, 8, /./],
  ['portable', 8, 8, /circular|4×4/],
  ['portable', 7, 6, /^relu|7×7|one pixel/],
];
const runs: [string, Pick<Parameters<typeof run>[0], 'kind' | 'layers' | 'low' | 'high' | 'circular'>][] = [
  ['relu', { kind: 'relu', layers: [layer, { ...layer, bias: 0.02, trained: false }] }],
  ['leaky, 4×4', { kind: 'leaky', layers: [{ ...layer, shape: 0.3 }], low: 1, high: 2 }],
  ['gaussian, 7×7', { kind: 'gaussian', layers: [{ ...layer, gain: 0.03, shape: 2 }], low: 3, high: 3 }],
  [
    'erf, circular 2×2',
    {
      kind: 'erf',
      layers: [{ ...layer, sigmaScale: 0.5, kScale: 2, thetaScale: 0.25 }],
      low: 0,
      circular: true,
    },
  ],
  [
    'no activation at the end, circular',
    { kind: 'relu', layers: [layer, { ...layer, active: false }], circular: true },
  ],
  [
    'a window of one pixel between',
    { kind: 'relu', layers: [{ ...layer, windowed: false, gain: 0.5 }, layer] },
  ],
];

const hasSubgroups = async (kernel: RunKernel) => kernel === 'portable' || (await testGpu()).subgroupSize > 0;

describe.each(shapes)('%s, %d×%d', (kernel, height, width, tried) => {
  const pixels = height * width;
  test.each(runs.filter(([name]) => tried.test(name)))('%s', async (_, options) => {
    if (!(await hasSubgroups(kernel))) return;
    const size = planes.length * pixels;
    const { result, expected } = await run({ ...options, kernel, height, width, planes, size });
    for (const [index, plane] of expected.entries()) {
      for (const name of ['sigma', 'theta'] as const) {
        const values = Array.from(plane[name], (_value, p) => {
          return result[`${name}_result`][
            (Math.floor(p / width) * planes.length + index) * width + (p % width)
          ];
        });
        // K̇ where |c| is near 1 decides.
        expect(worstError(values, plane[name], 0.3) <= 2e-5).toBe(true);
      }
    }
  });

  test('what begins with parts begins with their sum, one or two along y', async () => {
    if (!(await hasSubgroups(kernel))) return;
    const { result, expected } = await run({
      ...{ kernel, height, width, kind: 'relu', layers: [{ ...layer, bias: 0.4 }], planes },
      ...{ fromParts: true, sink: 'sums', size: 2 * planes.length },
    });
    const sums = expected.flatMap(({ sigma, theta }) =>
      [sigma, theta].map((plane) => plane.reduce((a, b) => a + b)),
    );
    expect(worstError(result.sigma_result, sums, 1) <= 1e-5).toBe(true);
  });

  test('sums are those of the planes', async () => {
    if (!(await hasSubgroups(kernel))) return;
    const { result, expected } = await run({
      ...{ kernel, height, width, kind: 'relu', layers: [{ ...layer, bias: 0.1 }], planes },
      ...{ sink: 'sums', size: 2 * planes.length },
    });
    const sums = expected.flatMap(({ sigma, theta }) =>
      [sigma, theta].map((plane) => plane.reduce((a, b) => a + b)),
    );
    expect(worstError(result.sigma_result, sums, 1) <= 1e-5).toBe(true);
  });
});

test.each<[RunKernel, number, number]>([
  ['subgroup', 8, 8],
  ['portable', 6, 10],
])(
  '%s, %d×%d: the parts of all planes add up to what 2×2 pooling sums, on every pooled plane',
  async (kernel, height, width) => {
    if (!(await hasSubgroups(kernel))) return;
    const classes = (positions: number) => Array.from({ length: positions }, (_, d) => d);
    const [rows, columns] = [height, width].map((positions) =>
      partsAxis({ positions, classes: classes(positions) }, 1),
    );
    expect(rows.classes).toEqual(classes((3 * height) / 2));
    const all = classes(height).flatMap((dy) => classes(width).map((dx): [number, number] => [dx, dy]));
    const wide = columns.classes.length;
    const { result, expected } = await run({
      ...{ kernel, height, width, kind: 'relu', layers: [layer], planes: all, sink: 'parts', columns: wide },
      slots: ([dx, dy]) => [firstPart(columns, dx, 1), firstPart(rows, dy, 1)],
      size: (rows.classes.length * wide * height * width) / 4,
    });
    const [tall, broad] = [height / 2, width / 2];
    const positions = classes(tall).flatMap((y) =>
      classes(tall).flatMap((qy) =>
        classes(broad).flatMap((x) => classes(broad).map((qx) => [y, qy, x, qx])),
      ),
    );
    for (const field of ['sigma', 'theta'] as const) {
      for (const [y, qy, x, qx] of positions) {
        let pooled = 0;
        for (let a = 0; a < 16; a++) {
          const [fy, ty, fx, tx] = [
            2 * y + (a & 1),
            2 * qy + ((a >> 1) & 1),
            2 * x + ((a >> 2) & 1),
            2 * qx + (a >> 3),
          ];
          const plane = ((ty - fy + height) % height) * width + ((tx - fx + width) % width);
          pooled += expected[plane][field][fy * width + fx];
        }
        let sum = 0;
        for (const slotY of partsOfPooled(rows, (qy - y + tall) % tall, 1)) {
          for (const slotX of partsOfPooled(columns, (qx - x + broad) % broad, 1)) {
            sum += result[`${field}_result`][((slotY * tall + y) * wide + slotX) * broad + x];
          }
        }
        expect(Math.abs(sum - pooled) <= 2e-5 * Math.max(1, Math.abs(pooled))).toBe(true);
      }
    }
  },
);
