// Which shader of the trailing update a device takes: on both sides of every condition.
import { updateVariant } from '../../src/regression/update-variant.js';
import { testGpu } from '../support/gpu.js';

const taken = async (software: boolean, subgroupSize: number) => {
  const { description } = await testGpu();
  const { contract, constants } = updateVariant({ description: { ...description, software }, subgroupSize });
  return [contract.name, constants];
};

test.each([
  [true, 0, 'cholesky_update', {}],
  [true, 2, 'cholesky_update', {}],
  [true, 4, 'cholesky_update_subgroup', { LANES: 4 }],
  [true, 8, 'cholesky_update_subgroup', { LANES: 8 }],
  [true, 16, 'cholesky_update_subgroup', { LANES: 8 }],
  [false, 32, 'cholesky_update', {}],
])('software: %s, subgroups of %i lanes: %s %o', async (software, lanes, name, constants) => {
  expect(await taken(software, lanes)).toEqual([name, constants]);
});

test('its workgroups cover columns and rows, and are no more', async () => {
  const { description } = await testGpu();
  const { workgroups } = updateVariant({ description: { ...description, software: true }, subgroupSize: 8 });
  expect(workgroups(64, 128, 128)).toEqual([2, 2]);
  expect(workgroups(64, 144, 144)).toEqual([3, 3]);
});
