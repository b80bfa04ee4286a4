// zero_plane.wgsl = its float64 mirror, and bit for bit = planes_subgroup.wgsl where both run, on shapes around a vec4 and a strip, on
// pieces of tiles and triangles around the columns and rows of a workgroup, and faults that must be seen.
import * as fields from '../../shaders/fields.js';
import * as norms from '../../shaders/norms.js';
import { contract as subgroupContract } from '../../shaders/planes_subgroup.js';
import { SNAP } from '../../shaders/shared/arc_cosine.js';
import { constantsOf, contract, ZERO_PLANE_LANES, mirror } from '../../shaders/zero_plane.js';
import type { ShaderContract } from '../../shaders/contract.js';
import { layerGain } from '../../src/kernel/passes.js';
import { subgroupVariant } from '../../src/kernel/plane-variant.js';
import { testGpu } from '../support/gpu.js';
import { plantedFault } from '../support/planted-fault.js';
import { poisoned, randomNumbers, runShader, worstError } from '../support/run-shader.js';

interface Batch {
  readonly firstRow: number;
  readonly rows: number;
  readonly firstColumn: number;
  readonly columns: number;
  readonly triangle: boolean;
  readonly walk: number;
}

interface Size {
  readonly height: number;
  readonly width: number;
  readonly channels?: number;
  readonly slots?: readonly number[];
}

const TRIANGLE: Batch = { firstRow: 0, rows: 4, firstColumn: 0, columns: 4, triangle: true, walk: 3 };

/** The sums of both kernels and of the mirror, of the pairs that are wanted; and what stands in place of the others. */
async function sumsOf(size: Size, batch: Batch, shader: ShaderContract = contract) {
  const gpu = await testGpu();
  const { height, width, channels = 1, slots = [0, 1] } = size;
  const { firstRow, rows, firstColumn, columns, triangle, walk } = batch;
  const layers = slots.length;
  const taps = Math.max(...slots) + 1;
  const gain = layerGain({ channels, height, width });
  const count = Math.max(firstRow + rows, firstColumn + columns);
  const pixels = height * width;
  const images = randomNumbers(count * channels * pixels, 7);
  images.copyWithin(channels * pixels, 0, channels * pixels); // images 0 and 1 are equal
  const stack = { images, count, channels, layers, height, width };
  const variance = norms.mirror({ ...stack, gain });
  const laidOut = fields.mirror({ ...stack, variance, shifts: 1 });
  const { ROWS, ROW_LANES, STRIPS, ...rest } = subgroupVariant(size as never, 1, gpu.subgroupSize)!.constants;
  const run = async (
    which: ShaderContract,
    constants: Record<string, number>,
    grid: [number, number, number],
  ) => {
    const guard = 10;
    const { partial_sums: sums } = await runShader(gpu, which, {
      constants,
      buffers: {
        x_fields: Float32Array.from(laidOut.xFields),
        z_fields: Float32Array.from(laidOut.zFields),
        planes: Uint32Array.of(0, 0),
        radii: Uint32Array.of(0),
        layer_slots: Int32Array.from(slots),
        partial_sums: poisoned(rows * columns * taps * 2 + guard),
      },
      params: {
        ...{ channels, layers, planes: 1, readouts: 1, taps, theta0: 1, first_group: 0, groups: 1 },
        ...{
          first_row: firstRow,
          first_column: firstColumn,
          columns,
          walk,
          triangle: triangle ? 1 : 0,
          rows,
        },
      },
      workgroups: grid,
    });
    expect(sums.subarray(-guard).every(Number.isNaN)).toBe(true);
    return sums;
  };
  const constants = constantsOf({
    ...{ height, width, channels, layers, gain, subgroup: gpu.subgroupSize },
    ...{ rows: ROWS, rowLanes: ROW_LANES, planeLanes: ROW_LANES * STRIPS },
  });
  const here = await run(shader, constants, [
    1,
    Math.ceil(columns / ZERO_PLANE_LANES),
    Math.ceil(rows / walk),
  ]);
  const subgroupConstants = { ...rest, ROWS, ROW_LANES, STRIPS };
  const there = await run(
    subgroupContract,
    { ...subgroupConstants, HEIGHT: height, WIDTH: width, SHIFTS: 1, GAIN: gain, PAIRS: 1 },
    [1, Math.ceil(columns / walk), rows],
  );
  const fieldsOf = (image: number) => [
    ...images.subarray(image * channels * pixels, (image + 1) * channels * pixels),
    ...variance.subarray(image * layers * pixels, (image + 1) * layers * pixels).map(Math.sqrt),
  ];
  const found = {
    here: [] as number[],
    there: [] as number[],
    expected: [] as number[],
    unwanted: [] as number[],
  };
  for (let pair = 0; pair < rows * columns; pair++) {
    const [x, z] = [firstRow + Math.floor(pair / columns), firstColumn + (pair % columns)];
    const [from, to] = [2 * taps * pair, 2 * taps * (pair + 1)];
    if (triangle && z > x) {
      found.unwanted.push(...here.subarray(from, to));
      continue;
    }
    found.here.push(...here.subarray(from, to));
    found.there.push(...there.subarray(from, to));
    const pairOf = { x: fieldsOf(x), z: fieldsOf(z), same: triangle && x === z, snap: SNAP };
    found.expected.push(
      ...mirror({
        ...pairOf,
        ...{ planes: [[0, 0]], radii: [0], layerSlots: slots, channels, height, width, gain },
        theta0: 1,
      }),
    );
  }
  const scale = Math.max(...found.expected.map(Math.abs));
  return { ...found, error: worstError(found.here, found.expected, scale * 0.05) };
}

/** The subgroup kernel exists where the device has subgroups; elsewhere this one is never chosen. */
const hasSubgroups = async () => (await testGpu()).subgroupSize >= 4;

test.each<Size>([
  { height: 1, width: 1 },
  { height: 4, width: 4 },
  { height: 3, width: 5, channels: 2 },
  { height: 5, width: 3, slots: [-1, 0] },
  { height: 2, width: 8, channels: 3, slots: [0, 1, 2] },
  { height: 8, width: 8, slots: [0] },
])('$height×$width: within 2e-6, with the bits of the subgroup kernel', async (size) => {
  if (!(await hasSubgroups())) return;
  const { error, here, there, unwanted } = await sumsOf(size, TRIANGLE);
  expect(unwanted.every(Number.isNaN)).toBe(true);
  expect(error <= 2e-6).toBe(true);
  // Lavapipe rounds each operation; other compilers may contract, and then they agree within rounding.
  const { description } = await testGpu();
  if (/llvmpipe/i.test(description.name)) expect(here).toEqual(there);
});

test.each<Batch>([
  { firstRow: 2, rows: 1, firstColumn: 1, columns: 1, triangle: false, walk: 1 },
  { firstRow: 1, rows: 4, firstColumn: 0, columns: 63, triangle: false, walk: 2 },
  { firstRow: 0, rows: 3, firstColumn: 2, columns: 64, triangle: false, walk: 3 },
  { firstRow: 0, rows: 3, firstColumn: 0, columns: 65, triangle: false, walk: 2 },
  // Rows of a triangle from the middle on, around the second workgroup of columns, and a piece of one.
  { firstRow: 62, rows: 5, firstColumn: 0, columns: 67, triangle: true, walk: 2 },
  { firstRow: 70, rows: 1, firstColumn: 3, columns: 68, triangle: true, walk: 4 },
])(
  '$rows×$columns from $firstRow, $firstColumn, triangle $triangle: every pair, and no more',
  async (batch) => {
    if (!(await hasSubgroups())) return;
    expect((await sumsOf({ height: 2, width: 3 }, batch)).error <= 2e-6).toBe(true);
  },
);

describe('planted faults', () => {
  const batch = { ...TRIANGLE, firstRow: 1, rows: 4, columns: 5, walk: 2 };

  test.each([
    ['column_beyond', '>= vec4u(WIDTH)', '> vec4u(WIDTH)'],
    ['no_row_below', 'select(vec4f(0.0), theta[below], y + 1 < HEIGHT)', 'vec4f(0.0)'],
    ['half_a_sum', 'i % (2u << s) == 0', 'i % (2u << s) == 9'],
    ['another_lambda', '(CHANNELS + h) * CELLS + cell', 'CHANNELS * CELLS + cell'],
    ['the_first_x', 'image * FIELDS + lane / CELLS', 'params.first_row * FIELDS + lane / CELLS'],
    ['everything_is_itself', 'params.triangle == 1 && image == column', 'params.triangle == 1'],
    ['one_row', 'break if row >= last', 'break if true'],
  ])('%s is seen', async (fault, text, replacement) => {
    if (!(await hasSubgroups())) return;
    const faulty = plantedFault(contract, fault, text, replacement);
    expect((await sumsOf({ height: 3, width: 5 }, batch, faulty)).error <= 2e-6).toBe(false);
  });

  test('a pair above the diagonal is seen', async () => {
    if (!(await hasSubgroups())) return;
    const wanted = '(params.triangle == 0 || column <= image)';
    const { unwanted } = await sumsOf(
      { height: 3, width: 5 },
      batch,
      plantedFault(contract, 'above_the_diagonal', wanted, 'true'),
    );
    expect(unwanted.every(Number.isNaN)).toBe(false);
  });

  test('control: the same pairs without a fault', async () => {
    if (!(await hasSubgroups())) return;
    expect((await sumsOf({ height: 3, width: 5 }, batch)).error <= 2e-6).toBe(true);
  });
});
