// network_products.wgsl = its float64 mirror, at sizes around a workgroup, with other images in every pair and axes that
// differ; every element is written, and none beyond; the comparison sees planted faults.
import type { ShaderContract } from '../../shaders/contract.js';
import { contract, mirror } from '../../shaders/network_products.js';
import { axisElements } from '../../src/network/axis.js';
import { testGpu } from '../support/gpu.js';
import { plantedFault } from '../support/planted-fault.js';
import { poisoned, randomNumbers, runShader } from '../support/run-shader.js';

const GUARD = 8;
/** Three products of at most 1/4. */
const TOLERANCE = 3 * 2 ** -24;

async function compare(rowClasses: number[], columnClasses: number[], shader: ShaderContract, pairCount = 3) {
  const [channels, height, width] = [3, 4, 3];
  const [x, z] = [2, 3].map((count) => randomNumbers(count * channels * height * width, count));
  const rows = axisElements({ positions: height, classes: rowClasses });
  const columns = axisElements({ positions: width, classes: columnClasses });
  const pairs = Array.from({ length: pairCount }, (_, k) => [(k + 1) % 2, (k + 2) % 3] as const);
  const count = pairs.length * rows.length * columns.length;
  const { sigma } = await runShader(await testGpu(), shader, {
    constants: { PAIRS: 4 },
    buffers: {
      x_images: x,
      z_images: z,
      pairs: Uint32Array.from(pairs.flat()),
      rows: Uint32Array.from(rows.flat()),
      columns: Uint32Array.from(columns.flat()),
      sigma: poisoned(count + GUARD),
    },
    params: {
      ...{ pairs: pairCount, row_elements: rows.length, column_elements: columns.length },
      ...{ channels, height, width },
    },
    workgroups: [1, Math.ceil(count / 64) + 1],
  });
  expect(sigma.subarray(count).every(Number.isNaN)).toBe(true);
  const expected = mirror({ x, z, pairs, rows, columns, channels, height, width });
  return Math.max(...Array.from(expected, (value, e) => Math.abs(sigma[e] - value)));
}

test.each([
  [[0], [0]],
  [
    [0, 1, 2, 3],
    [0, 1, 2],
  ],
  [[0, 3], [1]],
])('row classes %j, column classes %j', async (rows, columns) => {
  expect((await compare(rows, columns, contract)) <= TOLERANCE).toBe(true);
});

test.each([1, 4, 5, 9])('%d pairs, of which four are computed together', async (pairs) => {
  expect((await compare([0, 3], [0, 1, 2], contract, pairs)) <= TOLERANCE).toBe(true);
});

test.each([
  ['same_place', 'row.y * params.width + column.y', 'row.x * params.width + column.x'],
  ['same_image', 'pairs[at].y * params', 'pairs[at].x * params'],
  ['first_channel', 'c < params.channels', 'c < 1u'],
])('the planted fault %s is seen', async (fault, text, replacement) => {
  const faultyShader = plantedFault(contract, fault, text, replacement);
  expect((await compare([0, 1], [0, 2], faultyShader)) <= TOLERANCE).toBe(false);
});
