// planes.wgsl and planes_subgroup.wgsl = their float64 mirror, on shapes around every boundary of a lane (4 columns, 4 rows) and a workgroup, with
// wrapped displacements, idle lanes, leftover planes, both edge layouts, pieces of tiles and triangles around the pairs of a
// workgroup, and faults that must be seen.
import * as fields from '../../shaders/fields.js';
import * as norms from '../../shaders/norms.js';
import { contract, mirror } from '../../shaders/planes.js';
import { contract as subgroupContract, sampledContract } from '../../shaders/planes_subgroup.js';
import { SNAP } from '../../shaders/shared/arc_cosine.js';
import type { ShaderContract } from '../../shaders/contract.js';
import { layerGain } from '../../src/kernel/passes.js';
import { subgroupVariant } from '../../src/kernel/plane-variant.js';
import { testGpu } from '../support/gpu.js';
import { plantedFault } from '../support/planted-fault.js';
import { poisoned, randomNumbers, runShader, worstError } from '../support/run-shader.js';

interface Case {
  readonly height: number;
  readonly width: number;
  readonly radii?: readonly number[];
}

interface PortableCase extends Case {
  readonly rows: number;
  readonly planesTogether: number;
  readonly sharedEdges?: 0 | 1;
}

/** Pairs of one dispatch; of a triangle those with column ≤ row, and row = column is an image with itself. */
interface Batch {
  readonly firstRow: number;
  readonly rows: number;
  readonly firstColumn: number;
  readonly columns: number;
  readonly triangle: boolean;
  /** Pairs of a workgroup side by side, and one after the other. */
  readonly pairs?: number;
  readonly walk?: number;
}

/** A shader with its own constants, as a plan would choose them. */
interface Variant {
  readonly contract: ShaderContract;
  readonly constants: Readonly<Record<string, number>>;
  readonly workgroups: (planes: number) => number;
}

function portable({ rows, planesTogether, sharedEdges = 0 }: PortableCase, shader = contract): Variant {
  return {
    contract: shader,
    constants: { ROWS: rows, PLANES: planesTogether, SHARED_EDGES: sharedEdges },
    workgroups: (planes) => Math.ceil(planes / planesTogether),
  };
}

/** The subgroup variant for subgroups of `size`; it runs on any device whose subgroups are no smaller. */
function subgroup({ height, width }: Case, size: number, shader = subgroupContract): Variant {
  const { constants } = subgroupVariant({ channels: 1, height, width }, height * width, size)!;
  return {
    contract: shader,
    constants,
    workgroups: (planes) => Math.ceil(planes / constants.PLANES),
  };
}

const LAYERS = 3;
const CHANNELS = 2;
const LAYER_SLOTS = [0, -1, 1];

/** Images 0 and 1 are equal, and yet not one image. */
const WHOLE_TRIANGLE: Batch = { firstRow: 0, rows: 3, firstColumn: 0, columns: 3, triangle: true };

async function compare(shape: Case, variant: Variant, batch: Batch = WHOLE_TRIANGLE): Promise<number> {
  const { height, width, radii = [0, Math.max(height, width)] } = shape;
  const gpu = await testGpu();
  const gain = layerGain({ channels: CHANNELS, height, width });
  const { firstRow, rows, firstColumn, columns, triangle, pairs = 1, walk = 1 } = batch;
  const count = Math.max(firstRow + rows, firstColumn + columns);
  const pixels = height * width;
  const images = randomNumbers(count * CHANNELS * pixels, 7);
  images.copyWithin(CHANNELS * pixels, 0, CHANNELS * pixels); // images 0 and 1 are equal
  const stack = { images, count, channels: CHANNELS, layers: LAYERS, height, width };
  const variance = norms.mirror({ ...stack, gain });
  const laidOut = fields.mirror({ ...stack, variance, shifts: 4 });
  const planes = Array.from({ length: pixels }, (_, d): [number, number] => [
    d % width,
    Math.floor(d / width),
  ]);
  const taps = 2 * radii.length;
  const guard = 10;
  const { partial_sums: result } = await runShader(gpu, variant.contract, {
    constants: {
      HEIGHT: height,
      WIDTH: width,
      SHIFTS: 4,
      GAIN: gain,
      ...('SHARED_EDGES' in variant.constants ? { MAX_TAPS: 8 } : {}),
      PAIRS: pairs,
      ...variant.constants,
    },
    buffers: {
      x_fields: Float32Array.from(laidOut.xFields),
      z_fields: Float32Array.from(laidOut.zFields),
      planes: Uint32Array.from(planes.flat()),
      radii: Uint32Array.from(radii),
      layer_slots: Int32Array.from(LAYER_SLOTS),
      partial_sums: poisoned(rows * columns * pixels * taps * 2 + guard),
    },
    params: {
      channels: CHANNELS,
      layers: LAYERS,
      planes: planes.length,
      readouts: radii.length,
      taps,
      theta0: 1,
      first_group: 0,
      ...{ first_row: firstRow, first_column: firstColumn, columns, walk, triangle: triangle ? 1 : 0 },
    },
    workgroups: [variant.workgroups(planes.length), Math.ceil(columns / (pairs * walk)), rows],
  });
  if (!result.subarray(-guard).every(Number.isNaN)) return NaN;
  const perImage = (image: number) => {
    const lambdas = variance.subarray(image * LAYERS * pixels, (image + 1) * LAYERS * pixels).map(Math.sqrt);
    return [...images.subarray(image * CHANNELS * pixels, (image + 1) * CHANNELS * pixels), ...lambdas];
  };
  const floats = pixels * taps * 2;
  const expected: number[] = [];
  const computed: number[] = [];
  for (let pair = 0; pair < rows * columns; pair++) {
    const x = firstRow + Math.floor(pair / columns);
    const z = firstColumn + (pair % columns);
    const sums = result.subarray(pair * floats, (pair + 1) * floats);
    if (triangle && z > x) continue;
    computed.push(...sums);
    expected.push(
      ...mirror({
        x: perImage(x),
        z: perImage(z),
        same: triangle && x === z,
        planes,
        radii,
        layerSlots: LAYER_SLOTS,
        channels: CHANNELS,
        height,
        width,
        gain,
        theta0: 1,
        snap: SNAP,
      }),
    );
  }
  // Sums over a plane may cancel; the scale is that of the largest.
  const scale = Math.max(...expected.map(Math.abs));
  return worstError(computed, expected, scale * 0.05);
}

test.each<PortableCase>([
  { height: 1, width: 1, rows: 1, planesTogether: 1 },
  { height: 6, width: 1, rows: 4, planesTogether: 4 },
  { height: 3, width: 3, rows: 3, planesTogether: 2 },
  { height: 4, width: 4, rows: 4, planesTogether: 3 },
  { height: 5, width: 5, rows: 4, planesTogether: 8 },
  { height: 8, width: 8, rows: 4, planesTogether: 8, radii: [0, 1, 3, 8] },
  { height: 9, width: 7, rows: 4, planesTogether: 5, sharedEdges: 1 },
  { height: 3, width: 17, rows: 2, planesTogether: 2 },
])(
  '$height×$width, $rows rows a lane, $planesTogether planes a workgroup: every plane within 2e-6',
  async (shape) => {
    const error = await compare(shape, portable(shape));
    expect(error <= 2e-6).toBe(true);
  },
);

describe.each([4, 8, 16, 32])('subgroups of %i lanes', (size) => {
  test.each<Case & { everySize?: true }>([
    { height: 1, width: 1 },
    { height: 1, width: 6, everySize: true },
    { height: 6, width: 1 },
    { height: 3, width: 3 },
    { height: 4, width: 4 },
    { height: 5, width: 5, everySize: true },
    { height: 8, width: 8, radii: [0, 1, 3, 8] },
    { height: 7, width: 9, everySize: true },
    { height: 9, width: 7 },
    { height: 3, width: 17 },
    { height: 2, width: 33, everySize: true },
  ])('$height×$width: every plane within 2e-6', async (shape) => {
    const gpu = await testGpu();
    if (size > gpu.subgroupSize) return; // such a plane would span several subgroups of this device
    // To compile is what takes long: all shapes on the size that a run takes here, some on smaller ones.
    if (size < Math.min(32, gpu.subgroupSize) && shape.everySize === undefined) return;
    const error = await compare(shape, subgroup(shape, size));
    expect(error <= 2e-6).toBe(true);
  });
});

describe('fields in textures', () => {
  // Less than a row of 2,048 texels, more than one, and whole rows of z alone.
  test.each<Case>([
    { height: 5, width: 5 },
    { height: 9, width: 9 },
    { height: 32, width: 32 },
  ])('$height×$width: the sums of the kernel that reads buffers', async (shape) => {
    const gpu = await testGpu();
    if (gpu.subgroupSize < 4) return;
    const size = Math.min(8, gpu.subgroupSize);
    expect((await compare(shape, subgroup(shape, size, sampledContract))) <= 2e-6).toBe(true);
  });

  test('its text is that of the subgroup kernel but for how it reads', () => {
    const lines = (text: string) => new Set(text.split('\n').map((line) => line.trim()));
    const [buffers, textures] = [lines(subgroupContract.wgsl), lines(sampledContract.wgsl)];
    const added = [...textures].filter((line) => !buffers.has(line)).join('\n');
    expect(added).toMatch(/textureLoad\(x_fields[^]*textureLoad\(z_fields/);
    expect(added.split('\n').length).toBeLessThanOrEqual(8);
  });

  test('planted fault: another length of a row is seen', async () => {
    const gpu = await testGpu();
    if (gpu.subgroupSize < 4) return;
    const faulty = plantedFault(sampledContract, 'row_length', 'TEXELS: u32 = 2048', 'TEXELS: u32 = 1024');
    const shape = { height: 9, width: 9 };
    expect((await compare(shape, subgroup(shape, 4, faulty))) <= 2e-6).toBe(false);
  });
});

describe('pieces of a tile', () => {
  const batches: Batch[] = [
    // One pair; one too few, as many, and one more than the six of a workgroup.
    { firstRow: 2, rows: 1, firstColumn: 1, columns: 1, triangle: false },
    { firstRow: 0, rows: 2, firstColumn: 1, columns: 5, triangle: false },
    { firstRow: 1, rows: 3, firstColumn: 2, columns: 6, triangle: false },
    { firstRow: 0, rows: 2, firstColumn: 0, columns: 7, triangle: false },
    // Rows of a triangle from the middle on, and a piece of one that ends on the diagonal.
    { firstRow: 2, rows: 4, firstColumn: 0, columns: 6, triangle: true },
    { firstRow: 5, rows: 1, firstColumn: 3, columns: 3, triangle: true },
  ];

  test.each(batches)(
    '$rows×$columns from $firstRow, $firstColumn, triangle $triangle: every pair, and no more',
    async (batch) => {
      const gpu = await testGpu();
      const shape = { height: 3, width: 5, rows: 2, planesTogether: 15, radii: [0, 1] };
      const places = { ...batch, pairs: 2, walk: 3 };
      expect((await compare(shape, portable(shape), places)) <= 2e-6).toBe(true);
      if (gpu.subgroupSize >= 4)
        expect((await compare(shape, subgroup(shape, 4), places)) <= 2e-6).toBe(true);
    },
  );
});

describe('planted faults', () => {
  const faults = [
    ['planes', 'no_column_cut', 'x == vec4u(WIDTH - dx)', 'x == vec4u(WIDTH)'],
    ['planes', 'no_row_cut', 'y == HEIGHT - dy', 'y == HEIGHT'],
    ['planes', 'wrong_neighbour', 'select(lane - 1, lane, quad == 0)', 'lane'],
    ['planes', 'theta_without_k', 'theta[r] += sigma[r];', ''],
    ['planes', 'leftover_planes_counted', 'index < params.planes && offset', 'offset'],
    ['planes_subgroup', 'no_left', 'select(vec2f(0.0), left, row_lane > 0)', 'vec2f(0.0)'],
    ['planes_subgroup', 'no_strip_above', 'select(vec4f(0.0), up_t, strip > 0)', 'vec4f(0.0)'],
    ['planes_subgroup', 'half_a_reduction', 'mask *= 2', 'mask *= 4'],
    ['planes', 'first_plane_alone', 'lane % PLANE_LANES == 0', 'lane == 0'],
    ['planes', 'sums_of_the_first_plane', 'sh_edges[lane + i]', 'sh_edges[i]'],
    ['planes', 'one_step', 'break if begin >= last', 'break if true'],
    [
      'planes_subgroup',
      'one_pair_for_all',
      'let offset = begin + lane / (PLANE_LANES * PLANES)',
      'let offset = begin',
    ],
    ['planes_subgroup', 'row_of_the_tile', 'row = params.first_row + workgroup.z', 'row = workgroup.z'],
    ['planes_subgroup', 'everything_is_itself', 'params.triangle == 1 && row == column && all', 'all'],
  ] as const;

  test.each(faults)('%s: %s is seen', async (stem, fault, text, replacement) => {
    const gpu = await testGpu();
    const size = Math.min(8, gpu.subgroupSize);
    if (stem === 'planes_subgroup' && size < 4) return;
    const shape = { height: 5, width: 6, rows: 4, planesTogether: 4 };
    const variant =
      stem === 'planes'
        ? portable(shape, plantedFault(contract, fault, text, replacement))
        : subgroup(shape, size, plantedFault(subgroupContract, fault, text, replacement));
    const batch = { firstRow: 1, rows: 4, firstColumn: 0, columns: 5, triangle: true, pairs: 2, walk: 2 };
    const error = await compare(shape, variant, batch);
    expect(error <= 2e-6).toBe(false);
  });

  test('control: the same pairs without a fault', async () => {
    const gpu = await testGpu();
    const shape = { height: 5, width: 6, rows: 4, planesTogether: 4 };
    const batch = { firstRow: 1, rows: 4, firstColumn: 0, columns: 5, triangle: true, pairs: 2, walk: 2 };
    expect((await compare(shape, portable(shape), batch)) <= 2e-6).toBe(true);
    if (gpu.subgroupSize >= 4) expect((await compare(shape, subgroup(shape, 4), batch)) <= 2e-6).toBe(true);
  });
});
