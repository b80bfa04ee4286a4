// The plan keeps to the limits it is given, for any shape and any number of images, without allocating.
import { planPasses } from '../../src/kernel/passes.js';
import type { ImageShape } from '../../src/images/images.js';
import { PlanError, type PlanDevice } from '../../src/gpu/plan-device.js';
import { planPass } from '../../src/kernel/pass-plan.js';
import { pairCount } from '../../src/kernel/gram-shape.js';
import { subgroupVariant } from '../../src/kernel/plane-variant.js';

/** WebGPU's default limits: what every adapter has. */
const DEFAULT_LIMITS: PlanDevice['limits'] = {
  maxStorageBufferBindingSize: 128 * 2 ** 20,
  maxBufferSize: 256 * 2 ** 20,
  maxComputeWorkgroupStorageSize: 16384,
  maxComputeInvocationsPerWorkgroup: 256,
  maxComputeWorkgroupsPerDimension: 65535,
};

function plan(shape: ImageShape, depth: number, rows = 100, limits = DEFAULT_LIMITS, memoryBytes?: number) {
  const [pass] = planPasses([{ kernel: 'ntk', depth, readout: 'gap', trained: 'hidden' }], shape);
  return planPass(
    pass,
    shape,
    { rows, columns: rows, symmetric: true },
    { limits, subgroupSize: 0 },
    { memoryBytes },
  );
}

test.each([
  [1, 1],
  [1, 200],
  [200, 1],
  [3, 5],
  [8, 8],
  [28, 28],
  [32, 32],
  [33, 31],
  [64, 64],
])('a %i×%i plane fits a workgroup of the default limits', (height, width) => {
  const {
    constants: { planes: c },
    workgroups,
  } = plan({ channels: 3, height, width }, 11);
  const lanes = Math.ceil(width / 4) * Math.ceil(height / c.ROWS);
  expect(lanes * c.PLANES).toBeLessThanOrEqual(256);
  const slots = c.SHARED_EDGES ? Math.max(c.ROWS, 4) : c.ROWS + 4;
  expect(16 * lanes * c.PLANES * slots).toBeLessThanOrEqual(16384);
  expect(workgroups * c.PLANES).toBeGreaterThanOrEqual(height * width);
  expect((workgroups - 1) * c.PLANES).toBeLessThan(height * width);
});

test('an image too large for a workgroup is refused with both numbers', () => {
  expect(() => plan({ channels: 1, height: 512, width: 512 }, 3)).toThrow(PlanError);
  expect(() => plan({ channels: 1, height: 512, width: 512 }, 3)).toThrow(/512×512.*256 invocations/s);
});

test('buffers keep within the binding limit, and memory within the budget', () => {
  for (const images of [1, 2, 1000, 60_000]) {
    const memoryBytes = 256 * 2 ** 20;
    const p = plan({ channels: 3, height: 32, width: 32 }, 21, images, DEFAULT_LIMITS, memoryBytes);
    const zBytes = p.blockImages * 23 * 4 * 32 * 16 * 16;
    expect(zBytes).toBeLessThanOrEqual(DEFAULT_LIMITS.maxStorageBufferBindingSize);
    // Three submissions' sums, and what near pairs take.
    expect(p.deviceBytes).toBeLessThanOrEqual(memoryBytes + 4 * 16 * 2 ** 20);
    expect(p.nearBytes).toBe(4 * 5 * 32 * 32 * p.nearWorkgroups);
    expect(p.blockImages).toBeGreaterThanOrEqual(1);
  }
});

test('a device that cannot bind one image is told what to change', () => {
  const limits = { ...DEFAULT_LIMITS, maxStorageBufferBindingSize: 100_000 };
  expect(() => plan({ channels: 3, height: 32, width: 32 }, 21, 10, limits)).toThrow(
    /100000.*smaller depth/s,
  );
});

test('pairs: lower triangle or rectangle', () => {
  expect(pairCount({ rows: 50_000, columns: 50_000, symmetric: true })).toBe(1_250_025_000);
  expect(pairCount({ rows: 3, columns: 4, symmetric: false })).toBe(12);
});

describe.each([4, 8, 16, 32, 64])('subgroups of %i lanes', (size) => {
  test.each([1, 2, 3, 4, 5, 8, 12, 28, 31, 32, 33, 48, 63, 64])(
    'a plane of side %i is whole in one, or refused',
    (side) => {
      const variant = subgroupVariant({ channels: 3, height: side, width: side }, side * side, size);
      if (variant === undefined) {
        // Too many rows and columns per lane: only where the plane is much larger than the subgroup.
        expect((side * Math.ceil(side / 4)) / size).toBeGreaterThan(32);
        return;
      }
      const { ROWS, COLUMN_QUADS, ROW_LANES, STRIPS, PLANES } = variant.constants;
      expect(ROWS * STRIPS).toBeGreaterThanOrEqual(side);
      expect(4 * COLUMN_QUADS * ROW_LANES).toBeGreaterThanOrEqual(side);
      expect(size % (ROW_LANES * STRIPS)).toBe(0);
      expect(ROW_LANES * STRIPS * PLANES).toBeLessThanOrEqual(Math.max(32, size));
      expect(ROWS * COLUMN_QUADS).toBeLessThanOrEqual(64);
    },
  );
});

test('nobody looks for near images where there is no NTK: the NNGP is as exact as that of others', () => {
  const shape = { channels: 3, height: 32, width: 32 };
  const device = { limits: DEFAULT_LIMITS, subgroupSize: 0 };
  const gram = { rows: 9, columns: 9, symmetric: true };
  const ntk = { kernel: 'ntk', depth: 3, readout: 'gap', trained: 'all' } as const;
  const nngp = { kernel: 'nngp', depth: 3, readout: 'gap' } as const;
  const workgroups = [[nngp], [ntk, nngp]].map(
    (kernels) => planPass(planPasses(kernels, shape)[0], shape, gram, device).nearWorkgroups,
  );
  expect(workgroups).toEqual([0, 819]);
});
