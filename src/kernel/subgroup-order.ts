import { contract } from '../../shaders/subgroup_order.js';
import { BufferScope } from '../gpu/buffers.js';
import type { Gpu } from '../gpu/gpu.js';
import { Recording } from '../gpu/recording.js';
import type { PlanDevice } from './plan-device.js';

const LANES = 128;
const devices = new WeakMap<Gpu, Promise<PlanDevice>>();

/**
 * What a plan may count on: the device's limits, and its subgroups if they are made of consecutive invocations, which
 * is tried once per device.
 */
export function planDevice(gpu: Gpu): Promise<PlanDevice> {
  let device = devices.get(gpu);
  if (device === undefined) {
    device = inspect(gpu);
    devices.set(gpu, device);
  }
  return device;
}

async function inspect(gpu: Gpu): Promise<PlanDevice> {
  const { limits, subgroupSize, software } = gpu;
  if (subgroupSize === 0 || limits.maxComputeInvocationsPerWorkgroup < LANES)
    return { limits, software, subgroupSize: 0 };
  const program = await gpu.program(contract, { LANES });
  using scope = new BufferScope(gpu.device);
  const misplaced = scope.storage('misplaced', 4);
  const { data } = await new Recording(gpu).add(program, { misplaced }, [4]).read(misplaced).submit();
  return { limits, software, subgroupSize: new Uint32Array(data[0])[0] === 0 ? subgroupSize : 0 };
}
