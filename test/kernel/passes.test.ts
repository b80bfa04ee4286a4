// Kernels → passes: how many walks, which planes, which sums, which scale.
import type { KernelSpec } from '../../src/kernel/kernel-spec.js';
import { layerGain, planPasses } from '../../src/kernel/passes.js';

const shape = { channels: 3, height: 8, width: 6 };
const ntk = (depth: number, readout: KernelSpec['readout'], trained: 'all' | 'hidden'): KernelSpec => ({
  kernel: 'ntk',
  depth,
  readout,
  trained,
});
const nngp = (depth: number, readout: KernelSpec['readout']): KernelSpec => ({
  kernel: 'nngp',
  depth,
  readout,
});

test('every depth and both kernels come from one pass', () => {
  const kernels = [ntk(3, 'gap', 'hidden'), ntk(11, 'gap', 'hidden'), nngp(6, 'gap'), nngp(4, 'vanilla')];
  const [pass, ...others] = planPasses(kernels, shape);
  expect(others).toHaveLength(0);
  expect(pass.theta0).toBe(0);
  expect(pass.layers).toBe(10);
  expect(pass.radii).toEqual([0, 8]);
  expect(pass.layerSlots).toEqual([-1, 0, 1, -1, 2, -1, -1, -1, -1, 3]);
  expect(pass.taps).toBe(8);
  expect(pass.planes).toHaveLength(48);
  expect(pass.outputs.map(({ tap, use }) => [tap, use])).toEqual([
    [1, 'u'],
    [7, 'u'],
    [5, 'k'],
    [2, 'k'],
  ]);
});

test('vanilla of all layers beside gap of the hidden ones: one plane more per pair', () => {
  const passes = planPasses(
    [ntk(11, 'vanilla', 'all'), ntk(11, 'gap', 'hidden'), nngp(11, 'vanilla')],
    shape,
  );
  expect(passes.map(({ theta0, planes }) => [theta0, planes.length])).toEqual([
    [1, 1],
    [0, 48],
  ]);
  // The vanilla NNGP goes with the narrow pass.
  expect(passes[0].outputs.map(({ index }) => index)).toEqual([0, 2]);
  expect(passes[0].outputs.map(({ use }) => use)).toEqual(['u+k', 'k']);
});

test('local average pooling walks the displacements up to 2c, around both ends', () => {
  const [pass] = planPasses([ntk(4, 'lap:1', 'hidden')], shape);
  const rows = [0, 1, 2, 6, 7];
  const columns = [0, 1, 2, 4, 5];
  expect(pass.planes).toEqual(rows.flatMap((dy) => columns.map((dx) => [dx, dy])));
  // From 2c + 2c' covering the whole circle on, every displacement.
  expect(planPasses([ntk(4, 'lap:2', 'hidden')], shape)[0].planes).toHaveLength(48);
});

test('a radius beyond the image is a whole window, and lap scales stay their own', () => {
  const [pass] = planPasses([ntk(3, 'lap:8', 'all'), ntk(3, 'lap:20', 'all'), ntk(3, 'gap', 'all')], shape);
  expect(pass.radii).toEqual([8]);
  const [lap8, lap20, gap] = pass.outputs.map(({ scale }) => scale);
  expect(lap8 / lap20).toBeCloseTo((41 / 17) ** 4, 10);
  expect(gap / lap8).toBeCloseTo(17 ** 4 / 48 ** 3, 10);
});

test.each([
  [1, 1, 1],
  [1, 32, 0.5 ** 2],
  [2, 1, 0.5],
  [32, 32, 0.125],
  [2, 2, 0.25],
])('the gain of a %i×%i image is a power of two near the inverse of its growth', (height, width, gain) => {
  // 1×32: growth 2.99 → 2^-2 (log2 = 1.58 rounds to 2).
  expect(layerGain({ channels: 1, height, width })).toBe(gain);
});
