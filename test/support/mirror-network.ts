import { HostKernels } from '../../src/network/host-kernels.js';
import type { ImageStack } from '../../src/images/images.js';
import type { Network } from '../../src/network/network.js';
import type { NetworkKernels } from '../../src/network/reference.js';

/**
 * The shaders' float64 mirrors in the order in which the executor runs the shaders: the kernels of several networks in
 * one walk, [Nx][Nz] each. Between the 4-D definition, which it must equal, and the device.
 */
export function mirrorNetworks(networks: readonly Network[], x: ImageStack, z: ImageStack): NetworkKernels[] {
  return new HostKernels(networks, x).matrices(x, z);
}
