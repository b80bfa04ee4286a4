import { contract } from '../../shaders/subgroup_order.js';
import { BufferScope } from './buffers.js';
import type { Gpu } from './gpu.js';
import { Recording } from './recording.js';

const LANES = 128;

/**
 * Lanes of the smallest subgroup of a device, if its subgroups are made of consecutive invocations, on which the kernels
 * count; 0 if they are not, and where there are no subgroup operations. Asked of the device itself: no limit says it.
 */
export async function consecutiveLanes(gpu: Gpu): Promise<number> {
  const { device, limits } = gpu;
  const lanes = device.features.has('subgroups') ? (device.adapterInfo.subgroupMinSize ?? 0) : 0;
  if (lanes === 0 || limits.maxComputeInvocationsPerWorkgroup < LANES) return 0;
  const program = await gpu.program(contract, { LANES });
  using scope = new BufferScope(device);
  const misplaced = scope.storage('misplaced', 4);
  const { data } = await new Recording(gpu).add(program, { misplaced }, [4]).read(misplaced).submit();
  return new Uint32Array(data[0])[0] === 0 ? lanes : 0;
}
