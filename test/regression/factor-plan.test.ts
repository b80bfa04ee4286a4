// The largest matrix that panels can factor follows from the limits of the device: both sides of each boundary, for
// limits that are stated here (those of lavapipe, of SwiftShader, and the defaults of WebGPU).
import { BLOCK, planFactorization } from '../../src/regression/factor-plan.js';
import { MatrixTooLargeError } from '../../src/regression/errors.js';

const MIB = 2 ** 20;

test.each([
  { adapter: 'lavapipe', maxStorageBufferBindingSize: 128 * MIB, maxBufferSize: 4096 * MIB },
  { adapter: 'SwiftShader', maxStorageBufferBindingSize: 1024 * MIB, maxBufferSize: 1024 * MIB },
  { adapter: 'WebGPU defaults', maxStorageBufferBindingSize: 128 * MIB, maxBufferSize: 256 * MIB },
  { adapter: 'small buffers', maxStorageBufferBindingSize: 128 * MIB, maxBufferSize: 64 * MIB },
])('$adapter: the narrowest panel of the largest matrix fills a binding', (limits) => {
  const device = { limits: limits as unknown as GPUSupportedLimits };
  const largest = Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize) / (4 * BLOCK);
  expect(planFactorization(device, largest).width).toBe(BLOCK);
  expect(() => planFactorization(device, largest + 1)).toThrow(MatrixTooLargeError);
  expect(() => planFactorization(device, largest + 1)).toThrow(`n = ${largest + 1}`);
});
