// planes.wgsl and planes_subgroup.wgsl = their float64 mirror, on shapes around every boundary of a lane (4 columns, 4 rows) and a workgroup, with
// wrapped displacements, idle lanes, leftover planes, both edge layouts, and faults that must be seen.
import * as fields from '../../shaders/fields.js';
import * as norms from '../../shaders/norms.js';
import { contract, mirror } from '../../shaders/planes.js';
import { contract as subgroupContract } from '../../shaders/planes_subgroup.js';
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
  readonly planesPerGroup: number;
  readonly sharedEdges?: 0 | 1;
}

/** A shader with its own constants, as a plan would choose them. */
interface Variant {
  readonly contract: ShaderContract;
  readonly constants: Readonly<Record<string, number>>;
  readonly planesPerGroup: number;
  readonly workgroups: (planes: number) => number;
}

function portable({ rows, planesPerGroup, sharedEdges = 0 }: PortableCase, shader = contract): Variant {
  return {
    contract: shader,
    constants: { ROWS: rows, PLANES: planesPerGroup, SHARED_EDGES: sharedEdges },
    planesPerGroup,
    workgroups: (planes) => Math.ceil(planes / planesPerGroup),
  };
}

/** The subgroup variant for subgroups of `size`; it runs on any device whose subgroups are no smaller. */
function subgroup({ height, width }: Case, size: number, shader = subgroupContract): Variant {
  const { constants } = subgroupVariant({ channels: 1, height, width }, height * width, size)!;
  return {
    contract: shader,
    constants,
    planesPerGroup: 1,
    workgroups: (planes) => Math.ceil(planes / constants.PLANES),
  };
}

const LAYERS = 3;
const CHANNELS = 2;
const LAYER_SLOTS = [0, -1, 1];

async function compare(shape: Case, variant: Variant): Promise<number> {
  const { height, width, radii = [0, Math.max(height, width)] } = shape;
  const { planesPerGroup } = variant;
  const gpu = await testGpu();
  const gain = layerGain({ channels: CHANNELS, height, width });
  const count = 3;
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
  const groups = Math.ceil(pixels / planesPerGroup);
  const pairs = [
    [0, 0, 1],
    [0, 1, 0],
    [2, 0, 0],
  ];
  const taps = 2 * radii.length;
  const guard = 10;
  const { partial_sums: result } = await runShader(gpu, variant.contract, {
    constants: {
      HEIGHT: height,
      WIDTH: width,
      SHIFTS: 4,
      GAIN: gain,
      MAX_TAPS: 8,
      ...variant.constants,
    },
    buffers: {
      x_fields: Float32Array.from(laidOut.xFields),
      z_fields: Float32Array.from(laidOut.zFields),
      pairs: Uint32Array.from(pairs.flat()),
      planes: Uint32Array.from(planes.flat()),
      radii: Uint32Array.from(radii),
      layer_slots: Int32Array.from(LAYER_SLOTS),
      partial_sums: poisoned(pairs.length * groups * taps * 2 + guard),
    },
    params: {
      channels: CHANNELS,
      layers: LAYERS,
      planes: planes.length,
      readouts: radii.length,
      taps,
      theta0: 1,
      first_group: 0,
      groups,
    },
    workgroups: [variant.workgroups(planes.length), pairs.length],
  });
  expect(result.subarray(-guard).every(Number.isNaN)).toBe(true);
  const perImage = (image: number) => {
    const lambdas = variance.subarray(image * LAYERS * pixels, (image + 1) * LAYERS * pixels).map(Math.sqrt);
    return [...images.subarray(image * CHANNELS * pixels, (image + 1) * CHANNELS * pixels), ...lambdas];
  };
  const expected = pairs.flatMap(([x, z, same]) =>
    Array.from(
      mirror({
        x: perImage(x),
        z: perImage(z),
        same: same === 1,
        planes,
        radii,
        layerSlots: LAYER_SLOTS,
        channels: CHANNELS,
        height,
        width,
        gain,
        theta0: 1,
        planesPerGroup,
        snap: SNAP,
      }),
    ),
  );
  // Sums over a plane may cancel; the scale is that of the largest.
  const scale = Math.max(...expected.map(Math.abs));
  return worstError(result.subarray(0, -guard), expected, scale * 0.05);
}

test.each<PortableCase>([
  { height: 1, width: 1, rows: 1, planesPerGroup: 1 },
  { height: 1, width: 6, rows: 1, planesPerGroup: 4 },
  { height: 6, width: 1, rows: 4, planesPerGroup: 4 },
  { height: 3, width: 3, rows: 3, planesPerGroup: 2 },
  { height: 4, width: 4, rows: 4, planesPerGroup: 3 },
  { height: 5, width: 5, rows: 4, planesPerGroup: 8 },
  { height: 8, width: 8, rows: 4, planesPerGroup: 8, radii: [0, 1, 3, 8] },
  { height: 9, width: 7, rows: 4, planesPerGroup: 5, sharedEdges: 1 },
  { height: 7, width: 9, rows: 8, planesPerGroup: 1, sharedEdges: 1 },
  { height: 3, width: 17, rows: 2, planesPerGroup: 2 },
])(
  '$height×$width, $rows rows a lane, $planesPerGroup planes a group: every plane within 2e-6',
  async (shape) => {
    const error = await compare(shape, portable(shape));
    expect(error <= 2e-6).toBe(true);
  },
);

describe.each([4, 8, 16, 32])('subgroups of %i lanes', (size) => {
  test.each<Case>([
    { height: 1, width: 1 },
    { height: 1, width: 6 },
    { height: 6, width: 1 },
    { height: 3, width: 3 },
    { height: 4, width: 4 },
    { height: 5, width: 5 },
    { height: 8, width: 8, radii: [0, 1, 3, 8] },
    { height: 7, width: 9 },
    { height: 9, width: 7 },
    { height: 3, width: 17 },
    { height: 2, width: 33 },
  ])('$height×$width: every plane within 2e-6', async (shape) => {
    const gpu = await testGpu();
    if (size > gpu.subgroupSize) return; // such a plane would span several subgroups of this device
    const error = await compare(shape, subgroup(shape, size));
    expect(error <= 2e-6).toBe(true);
  });
});

describe('planted faults', () => {
  const faults = [
    ['planes', 'no_column_cut', 'x == vec4u(WIDTH - dx)', 'x == vec4u(WIDTH)'],
    ['planes', 'no_row_cut', 'y == HEIGHT - dy', 'y == HEIGHT'],
    ['planes', 'wrong_neighbour', 'select(lane - 1, lane, quad == 0)', 'lane'],
    ['planes', 'theta_without_k', 'theta[r] += sigma[r];', ''],
    ['planes', 'leftover_planes_counted', 'select(0.0, 1.0, index < params.planes)', '1.0'],
    ['planes_subgroup', 'no_left', 'select(vec2f(0.0), left, row_lane > 0)', 'vec2f(0.0)'],
    ['planes_subgroup', 'no_strip_above', 'select(vec4f(0.0), up_t, strip > 0)', 'vec4f(0.0)'],
    ['planes_subgroup', 'half_a_reduction', 'step *= 2', 'step *= 4'],
  ] as const;

  test.each(faults)('%s: %s is seen', async (stem, fault, text, replacement) => {
    const gpu = await testGpu();
    const size = Math.min(8, gpu.subgroupSize);
    if (stem === 'planes_subgroup' && size < 4) return;
    const shape = { height: 5, width: 6, rows: 4, planesPerGroup: 4 };
    const variant =
      stem === 'planes'
        ? portable(shape, plantedFault(contract, fault, text, replacement))
        : subgroup(shape, size, plantedFault(subgroupContract, fault, text, replacement));
    const error = await compare(shape, variant);
    expect(error <= 2e-6).toBe(false);
  });
});
