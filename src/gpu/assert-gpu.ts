import { className } from '../checks/class-name.js';
import { Gpu, GpuError } from './gpu.js';

/**
 * The device of a computation, and that it lives.
 *
 * @param where The function, for the message.
 * @throws GpuError for anything but a `Gpu`, with the way to one; DeviceLostError
 */
export function assertGpu(where: string, gpu: unknown): asserts gpu is Gpu {
  if (gpu instanceof Gpu) {
    gpu.assertAlive();
    return;
  }
  const { gpu: inner, createBuffer } = (gpu ?? {}) as { gpu?: unknown; createBuffer?: unknown };
  const remedy =
    inner instanceof Gpu
      ? 'It has one: pass its .gpu.'
      : typeof createBuffer === 'function'
        ? 'Pass new Gpu(device).'
        : 'Pass new Gpu(device), or in Node the .gpu of what openDevice() gives.';
  throw new GpuError(`${where} was given ${className(gpu)} as its device; a Gpu is wanted. ${remedy}`);
}
