import { jest } from '@jest/globals';
import type { Gpu } from '../../src/gpu/gpu.js';

/**
 * How many of the device buffers that `action` created are still alive after it. A real submission touches each of
 * them: the device refuses a buffer that was destroyed.
 */
export async function buffersLeftBy(
  gpu: Gpu,
  action: () => Promise<unknown>,
): Promise<{ created: number; left: number }> {
  const { device } = gpu;
  const buffers: GPUBuffer[] = [];
  const createBuffer = device.createBuffer.bind(device);
  const spy = jest.spyOn(device, 'createBuffer').mockImplementation((descriptor) => {
    const buffer = createBuffer(descriptor);
    buffers.push(buffer);
    return buffer;
  });
  try {
    await action();
  } finally {
    spy.mockRestore();
  }
  let left = 0;
  for (const buffer of buffers) {
    device.pushErrorScope('validation');
    const encoder = device.createCommandEncoder();
    encoder.clearBuffer(buffer);
    device.queue.submit([encoder.finish()]);
    if ((await device.popErrorScope()) === null) left++;
  }
  return { created: buffers.length, left };
}
