// The probe agrees with its mirror, and sees a device that orders its lanes otherwise.
import { contract, mirror } from '../../shaders/subgroup_order.js';
import { testGpu } from '../support/gpu.js';
import { plantedFault } from '../support/planted-fault.js';
import { runShader } from '../support/run-shader.js';

const run = async (shader = contract) => {
  const gpu = await testGpu();
  const buffers = { misplaced: new Uint32Array(1) };
  const { misplaced } = await runShader(gpu, shader, { constants: { LANES: 128 }, buffers, workgroups: [1] });
  return new Uint32Array(misplaced.buffer)[0];
};

test('the mirror counts lanes out of place', () => {
  expect(mirror([0, 1, 2, 3, 0, 1, 2, 3], 4)).toBe(0);
  expect(mirror([0, 2, 1, 3, 0, 1, 2, 3], 4)).toBe(2);
});

test('this device keeps its order, and plans may count on its subgroups', async () => {
  const { device, subgroupSize } = await testGpu();
  if (!device.features.has('subgroups')) return;
  expect(await run()).toBe(0);
  expect(subgroupSize).toBe(device.adapterInfo.subgroupMinSize);
});

test('planted fault: reversed places are seen', async () => {
  const gpu = await testGpu();
  if (gpu.subgroupSize === 0) return;
  const [text, replacement] = ['place != lane % size', 'size - 1 - place != lane % size'];
  expect(await run(plantedFault(contract, 'reversed', text, replacement))).toBe(128);
});
