// The fused plane kernel of networks equals its float64 mirror on single planes: every kind of activation, windows of even
// and odd sizes, circular and not, from stored planes and from parts; what it writes are whole planes, the parts that 2×2
// pooling sums, or sums.
import {
  contract,
  mirrorPlane,
  packTables,
  PLANE_KINDS,
  SINKS,
  type PlaneLayer,
} from '../../shaders/network_planes_subgroup.js';
import { subgroupVariant } from '../../src/kernel/plane-variant.js';
import { firstPart, partsAxis, partsOfPooled } from '../../src/network/parts.js';
import { testGpu } from '../support/gpu.js';
import { poisoned, randomNumbers, runShader, worstError } from '../support/run-shader.js';

const [height, width] = [8, 8];
const pixels = height * width;
const layer: PlaneLayer = {
  ...{ gain: 0.1, bias: 0, trained: true, windowed: true, active: true, shape: 0 },
  ...{ sigmaScale: 1, kScale: 1, thetaScale: 1 },
};

/** λ fields of one image of two layers: as x they have a row of zeros below, as z four shifted copies, doubled. */
function fields(lambda: Float32Array) {
  const x: number[] = [];
  const z: number[] = [];
  for (let h = 0; h < 2; h++) {
    const at = (y: number, c: number) => lambda[h * pixels + y * width + (c % width)];
    for (let y = 0; y <= height; y++) for (let c = 0; c < width; c++) x.push(y < height ? at(y, c) : 0);
    for (let s = 0; s < 4; s++)
      for (let y = 0; y < height; y++) for (let c = 0; c < 2 * width; c++) z.push(at(y, c + s));
  }
  return { x: Float32Array.from(x), z: Float32Array.from(z) };
}

async function run(options: {
  kind: keyof typeof PLANE_KINDS;
  layers: PlaneLayer[];
  planes: [number, number][];
  low?: number;
  high?: number;
  circular?: boolean;
  sink?: keyof typeof SINKS;
  slots?: (d: [number, number]) => [number, number];
  columns?: number;
  size: number;
}) {
  const { kind, layers, planes, low = 1, high = 1, circular = false, sink = 'whole', size } = options;
  const gpu = await testGpu();
  const { subgroupSize } = gpu;
  const variant = subgroupVariant({ channels: 1, height, width }, planes.length, subgroupSize, {
    strips: 2,
  })!;
  const [sigma, theta] = [1, 2].map((seed) => randomNumbers(planes.length * pixels, seed));
  const lambdas = [3, 4].map((seed) => randomNumbers(2 * pixels, seed).map((value) => 1.2 + value));
  const [x, z] = lambdas.map(fields);
  const entries = planes.map((d, index) => ({
    d,
    slot: options.slots?.(d) ?? ([index, 0] as const),
    sourceX: [index],
    sourceY: [0],
  }));
  // [H][planes][W]
  const stored = (source: Float32Array) =>
    Float32Array.from({ length: source.length }, (_, e) => {
      const [y, plane, c] = [
        Math.floor(e / width / planes.length),
        Math.floor(e / width) % planes.length,
        e % width,
      ];
      return source[plane * pixels + y * width + c];
    });
  const result = await runShader(gpu, contract, {
    constants: {
      ...variant.constants,
      ...{ HEIGHT: height, WIDTH: width, SHIFTS: 4, LOW: low, HIGH: high, CIRCULAR: circular ? 1 : 0 },
      KIND: PLANE_KINDS[kind],
      LINEAR: layers.every(({ active }) => active) ? 0 : 1,
      ...{ SOURCE_PARTS: 1, SINK: SINKS[sink] },
    },
    buffers: {
      ...{ x_fields: x.x, z_fields: z.z, pairs: Uint32Array.of(0, 0), tables: packTables(layers, entries) },
      ...{ source_sigma: stored(sigma), source_theta: stored(theta) },
      ...{ sigma_result: poisoned(size), theta_result: poisoned(size) },
    },
    params: {
      ...{ channels: 0, layers: layers.length, fields: 2, planes: planes.length, first_group: 0 },
      ...{ source_gain: 0.5, source_rows: height, source_columns: planes.length, source_theta_gain: 0.5 },
      ...{ result_rows: 0, result_columns: options.columns ?? planes.length },
    },
    workgroups: [Math.ceil(planes.length / variant.constants.PLANES)],
  });
  const expected = planes.map((d, index) => {
    const own = (source: Float32Array) =>
      Float64Array.from(source.subarray(index * pixels, (index + 1) * pixels), (value) => 0.5 * value);
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
  [3, 7],
  [7, 2],
  [4, 4],
];

test.each<[string, Omit<Parameters<typeof run>[0], 'planes' | 'size'>]>([
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
])('%s', async (_, options) => {
  const { result, expected } = await run({ ...options, planes, size: planes.length * pixels });
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

test('sums are those of the planes', async () => {
  const { result, expected } = await run({
    kind: 'relu',
    layers: [layer],
    planes,
    sink: 'sums',
    size: 2 * planes.length,
  });
  const sums = expected.flatMap(({ sigma, theta }) =>
    [sigma, theta].map((plane) => plane.reduce((a, b) => a + b)),
  );
  expect(worstError(result.sigma_result, sums, 1) <= 1e-5).toBe(true);
});

test('the parts of all planes add up to what 2×2 pooling sums, on every pooled plane', async () => {
  const axis = { positions: 8, classes: [0, 1, 2, 3, 4, 5, 6, 7] };
  const parts = partsAxis(axis);
  expect(parts.classes).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  const all = axis.classes.flatMap((dy) => axis.classes.map((dx): [number, number] => [dx, dy]));
  const columns = parts.classes.length;
  const { result, expected } = await run({
    ...{ kind: 'relu', layers: [layer], planes: all, sink: 'parts', columns },
    slots: ([dx, dy]) => [firstPart(parts, dx), firstPart(parts, dy)],
    size: (columns * 4) ** 2,
  });
  for (const field of ['sigma', 'theta'] as const) {
    for (let py = 0; py < 16; py++) {
      for (let px = 0; px < 16; px++) {
        // Pooled positions: rows py = (p, q), columns px = (p, q).
        const [y, qy, x, qx] = [py >> 2, py & 3, px >> 2, px & 3];
        let pooled = 0;
        for (let a = 0; a < 16; a++) {
          const [fy, ty, fx, tx] = [
            2 * y + (a & 1),
            2 * qy + ((a >> 1) & 1),
            2 * x + ((a >> 2) & 1),
            2 * qx + (a >> 3),
          ];
          const plane = ((ty - fy + 8) % 8) * 8 + ((tx - fx + 8) % 8);
          pooled += expected[plane][field][fy * 8 + fx];
        }
        let sum = 0;
        for (const slotY of partsOfPooled(parts, (qy - y + 4) % 4)) {
          for (const slotX of partsOfPooled(parts, (qx - x + 4) % 4)) {
            sum += result[`${field}_result`][((slotY * 4 + y) * columns + slotX) * 4 + x];
          }
        }
        expect(Math.abs(sum - pooled) <= 2e-5 * Math.max(1, Math.abs(pooled))).toBe(true);
      }
    }
  }
});
