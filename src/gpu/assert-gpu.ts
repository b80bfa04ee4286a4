import { className } from '../checks/class-name.js';
import { Gpu, GpuError } from './gpu.js';

/**
 * Refuses what is no device for a computation, or one that does not live any more.
 *
 * @param where The function, for the message.
 * @throws GpuError for anything but a `Gpu`, with the way to one; DeviceLostError
 */
export function assertGpu(where: string, gpu: unknown): asserts gpu is Gpu {
  if (gpu instanceof Gpu) {
    gpu.assertAlive();
    return;
  }
  const { createBuffer } = (gpu ?? {}) as { createBuffer?: unknown };
  const remedy =
    typeof createBuffer === 'function'
      ? 'Pass await Gpu.open(device).'
      : 'Pass await Gpu.open(device), or in Node await openGpu().';
  throw new GpuError(`${where} was given ${className(gpu)} as its device; a Gpu is wanted. ${remedy}`);
}
