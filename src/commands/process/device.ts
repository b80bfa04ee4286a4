import type { OpenGpu } from '../../gpu/dawn/open-gpu.js';
import type { Progress } from './progress.js';

export interface DeviceArguments {
  readonly adapter: string | undefined;
  readonly verbose: boolean | undefined;
}

/** What reports say of the device. */
export interface DeviceReport {
  readonly name: string;
  readonly vendor: string;
  readonly backend: string;
  readonly software: boolean;
  /** Driver and version. */
  readonly description: string;
}

/** Opens the device that the arguments ask for and closes it whatever happens. */
export async function withDevice<T>(
  { adapter, verbose }: DeviceArguments,
  progress: Progress,
  action: (device: OpenGpu) => Promise<T>,
): Promise<T> {
  // Dawn is a native library: --help and errors in the arguments need not wait for it, nor fail with it.
  const { openGpu } = await import('../../gpu/dawn/open-gpu.js');
  const device = await openGpu({ adapter, verbose });
  try {
    const { name, backend, software } = device.adapter;
    progress.note(`device: ${name} (${backend}${software ? ', software' : ''})`);
    const result = await action(device);
    for (const message of device.uncapturedErrors) {
      progress.warn(`the device reported an error, please report it: ${message}`);
    }
    return result;
  } finally {
    device.close();
  }
}

export function deviceReport({ adapter }: OpenGpu): DeviceReport {
  const { name, vendor, backend, software, description } = adapter;
  return { name, vendor, backend, software, description };
}
