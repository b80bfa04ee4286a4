// A factor in panels is that of the mirrors within the memory and the traffic that its plan states; another panel in
// the store is seen.
import { CholeskyFactor } from '../../src/regression/cholesky-factor.js';
import { factorize } from '../../src/regression/cholesky.js';
import { FactorizationBreakdownError, MatrixTooLargeError } from '../../src/regression/errors.js';
import { BLOCK, planFactorization, type FactorPlan } from '../../src/regression/factor-plan.js';
import { openMemoryStore, type OpenPanelStore } from '../../src/regression/panel-store.js';
import { factorByMirrors, U, wellConditioned } from '../shaders/cholesky-harness.js';
import { testGpu } from '../support/gpu.js';
import { buffersLeftBy } from './live-buffers.js';
import { oracleSolve, randomTargets, relativeError } from './matrices.js';

/** Memory for panels of `blocks` blocks of columns and two sets of lines of one block. */
const memoryFor = (n: number, blocks: number) => 4 * 16 * Math.ceil(n / 16) * BLOCK * (blocks + 2);

describe('a factor beyond the device memory', () => {
  test.each([
    [127, 1],
    [128, 1],
    [129, 1],
    [192, 2],
    [200, 1],
    [200, 2],
    [330, 3],
    [330, 4],
  ])('n = %i, panels of %i blocks: the diagonal and the solution of float64', async (n, blocks) => {
    const gpu = await testGpu();
    const matrix = wellConditioned(n, n);
    let plan: FactorPlan | undefined;
    const memoryBytes = memoryFor(n, blocks);
    const onPlan = (planned: FactorPlan) => (plan = planned);
    using factor: CholeskyFactor = await factorize(gpu, matrix, { memoryBytes, onPlan, shift: 0.25 });
    expect(plan!.width).toBe(blocks * BLOCK);
    expect(plan!.panels).toBe(Math.ceil((16 * Math.ceil(n / 16)) / (blocks * BLOCK)));
    using inCore = await factorize(gpu, matrix, { shift: 0.25 });
    expect(inCore.plan.panels).toBe(1);
    expect(relativeError(factor.diagonal, inCore.diagonal)).toBeLessThan(8 * U);
    const rhs = Float32Array.from(randomTargets(n, 5));
    const expected = oracleSolve(matrix, Float64Array.from(rhs), 0.25);
    expect(relativeError(await factor.solve(rhs), expected)).toBeLessThan(100 * U);
    expect(relativeError(await factor.solve(rhs), await inCore.solve(rhs))).toBeLessThan(100 * U);
  });

  test('the device never holds more than allowed, and the plan says how much', async () => {
    const n = 330;
    const gpu = await testGpu();
    const memoryBytes = memoryFor(n, 2) + 1000;
    const plan = planFactorization(gpu, n, { memoryBytes });
    expect(plan.deviceBytes).toBeLessThanOrEqual(memoryBytes);
    let held = 0;
    let most = 0;
    const { device } = gpu;
    const create = device.createBuffer.bind(device);
    device.createBuffer = (descriptor) => {
      const buffer = create(descriptor);
      if ((descriptor.usage & 0x80) === 0) return buffer;
      held += descriptor.size;
      most = Math.max(most, held);
      const destroy = buffer.destroy.bind(buffer);
      buffer.destroy = () => {
        held -= descriptor.size;
        destroy();
        return undefined;
      };
      return buffer;
    };
    try {
      using factor = await factorize(gpu, wellConditioned(n, 3), { memoryBytes });
      expect(factor.n).toBe(n);
    } finally {
      Reflect.deleteProperty(device, 'createBuffer');
    }
    expect(most).toBe(plan.deviceBytes + 4 * plan.width); // and one pivot per column
  });

  test('moves the bytes that the plan states', async () => {
    const n = 330;
    const gpu = await testGpu();
    const memoryBytes = memoryFor(n, 2);
    const { device } = gpu;
    let moved = 0;
    const write = device.queue.writeBuffer.bind(device.queue);
    const queue = device.queue;
    queue.writeBuffer = (buffer, offset, data: Float32Array<ArrayBuffer>, ...rest) => {
      if (buffer.label !== 'params') moved += data.byteLength;
      write(buffer, offset, data, ...rest);
      return undefined;
    };
    const store: OpenPanelStore = async (identity) => {
      const kept = await openMemoryStore(identity);
      const keep: typeof kept.write = (j, panel, pivots) => {
        moved += panel.byteLength;
        return kept.write(j, panel, pivots);
      };
      return { ...kept, write: keep };
    };
    try {
      using factor = await factorize(gpu, wellConditioned(n, 3), { memoryBytes, store });
      expect(moved).toBe(factor.plan.movedBytes);
    } finally {
      Reflect.deleteProperty(queue, 'writeBuffer');
    }
  });

  test.each([63, 64, 129, 192, 328])('breaks down at pivot %i like the mirrors', async (bad) => {
    const n = 330;
    const matrix = wellConditioned(n, 6);
    matrix[bad * n + bad - 1] = 3;
    const { pivots } = factorByMirrors(matrix, n, 64);
    expect(pivots.findIndex((pivot) => !(pivot > 0))).toBe(bad);
    const gpu = await testGpu();
    const { left } = await buffersLeftBy(gpu, async () => {
      const running = factorize(gpu, matrix, { memoryBytes: memoryFor(n, 1) });
      await expect(running).rejects.toThrow(FactorizationBreakdownError);
      await expect(running).rejects.toMatchObject({ pivot: bad });
    });
    expect(left).toBe(0);
  });

  test('too little for the narrowest panels: the bytes needed and the bytes allowed', async () => {
    const gpu = await testGpu();
    const needed = memoryFor(330, 1);
    expect(planFactorization(gpu, 330, { memoryBytes: needed }).width).toBe(BLOCK);
    const refused = () => planFactorization(gpu, 330, { memoryBytes: needed - 1 });
    expect(refused).toThrow(MatrixTooLargeError);
    expect(refused).toThrow(new RegExp(`n = 330 .* ${needed} bytes.* ${needed - 1} are allowed`));
  });

  test('planted fault: a store that gives another panel is another factor', async () => {
    const n = 200;
    const matrix = wellConditioned(n, 7);
    const store: OpenPanelStore = async (identity) => {
      const kept = await openMemoryStore(identity);
      return {
        ...kept,
        read: async (j) => (await kept.read(j)).map((value) => (j === 0 ? value * 1.01 : value)),
      };
    };
    const gpu = await testGpu();
    using factor = await factorize(gpu, matrix, { memoryBytes: memoryFor(n, 1), store });
    const rhs = randomTargets(n, 1);
    expect(
      relativeError(await factor.solve(Float32Array.from(rhs)), oracleSolve(matrix, rhs)),
    ).toBeGreaterThan(1e-3);
  });
});
