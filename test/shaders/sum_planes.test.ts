// sum_planes.wgsl = its mirror around a workgroup (64 entries) and a block (32 groups).
import { contract, mirror } from '../../shaders/sum_planes.js';
import { testGpu } from '../support/gpu.js';
import { poisoned, randomNumbers, runShader, worstError } from '../support/run-shader.js';

test.each([
  [1, 1, 1],
  [1, 31, 1],
  [1, 32, 3],
  [7, 33, 9], // 63 entries
  [8, 64, 8], // 64
  [13, 65, 5], // 65
  [3, 1024, 2],
])('%i pairs, %i groups, %i taps', async (pairs, groups, taps) => {
  const gpu = await testGpu();
  const partial = randomNumbers(pairs * groups * taps * 2).map((value) => value + 0.5);
  const entries = pairs * taps;
  const guard = 6;
  const { sums } = await runShader(gpu, contract, {
    constants: {},
    buffers: { partial_sums: partial, sums: poisoned(entries * 2 + guard) },
    params: { groups, taps, entries },
    workgroups: [Math.ceil(entries / 64)],
  });
  expect(worstError(sums.subarray(0, 2 * entries), mirror(partial, pairs, groups, taps)) <= 1e-6).toBe(true);
  expect(sums.subarray(2 * entries).every(Number.isNaN)).toBe(true);
});
