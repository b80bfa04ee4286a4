// planes.wgsl = its float64 mirror, on shapes around every boundary of a lane (4 columns, 4 rows) and a workgroup, with
// wrapped displacements, idle lanes, leftover planes, both edge layouts, and faults that must be seen.
import * as fields from '../../shaders/fields.js';
import * as norms from '../../shaders/norms.js';
import { contract, mirror } from '../../shaders/planes.js';
import { SHADER_SOURCES } from '../../shaders/sources.js';
import type { ShaderContract } from '../../shaders/contract.js';
import { layerGain } from '../../src/kernel/passes.js';
import { testGpu } from '../support/gpu.js';
import { poisoned, randomNumbers, runShader, worstError } from '../support/run-shader.js';

interface Case {
  readonly height: number;
  readonly width: number;
  readonly rows: number;
  readonly planesPerGroup: number;
  readonly sharedEdges?: 0 | 1;
  readonly radii?: readonly number[];
}

const LAYERS = 3;
const CHANNELS = 2;
const LAYER_SLOTS = [0, -1, 1];

async function compare(shape: Case, shader: ShaderContract = contract): Promise<number> {
  const {
    height,
    width,
    rows,
    planesPerGroup,
    sharedEdges = 0,
    radii = [0, Math.max(height, width)],
  } = shape;
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
  const { partial_sums: result } = await runShader(gpu, shader, {
    constants: {
      HEIGHT: height,
      WIDTH: width,
      SHIFTS: 4,
      GAIN: gain,
      ROWS: rows,
      PLANES: planesPerGroup,
      MAX_TAPS: 8,
      SHARED_EDGES: sharedEdges,
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
      first_pair: 0,
    },
    workgroups: [groups, pairs.length],
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
        snap: 4.8e-7,
      }),
    ),
  );
  // Sums over a plane may cancel; the scale is that of the largest.
  const scale = Math.max(...expected.map(Math.abs));
  return worstError(result.subarray(0, -guard), expected, scale * 0.05);
}

test.each<Case>([
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
    const error = await compare(shape);
    expect(error <= 2e-6).toBe(true);
  },
);

describe('planted faults', () => {
  // Each fault is a shader of its own, added to the sources for this file.
  const faults = {
    no_column_cut: ['x == vec4u(WIDTH - dx)', 'x == vec4u(WIDTH)', 'shared/plane.wgsl'],
    no_row_cut: ['y == HEIGHT - dy', 'y == HEIGHT', 'shared/plane.wgsl'],
    wrong_neighbour: ['select(lane - 1, lane, quad == 0)', 'lane', 'planes.wgsl'],
    theta_without_k: ['theta[r] += sigma[r];', '', 'planes.wgsl'],
    leftover_planes_counted: ['select(0.0, 1.0, index < params.planes)', '1.0', 'planes.wgsl'],
  } as const;
  const sources = SHADER_SOURCES as Record<string, string>;

  test.each(Object.entries(faults))('%s is seen', async (name, [text, fault, file]) => {
    expect(sources[file]).toContain(text);
    const original = sources[file];
    sources[`fault_${name}.wgsl`] = sources['planes.wgsl'];
    try {
      sources[file === 'planes.wgsl' ? `fault_${name}.wgsl` : file] = original.replace(text, fault);
      const shape = { height: 5, width: 6, rows: 4, planesPerGroup: 4 };
      const error = await compare(shape, { ...contract, name: `fault_${name}` });
      expect(error <= 2e-6).toBe(false);
    } finally {
      sources[file] = original;
    }
  });
});
