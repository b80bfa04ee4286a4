import { deviceRequest, Gpu } from '../../index.js';
import type { AdapterFacts } from '../protocol.js';

/** There is no WebGPU, or no adapter: the page says how to get one. */
export class NoWebGpuError extends Error {
  override readonly name = 'NoWebGpuError';
}

/** So many devices may be lost one after the other, before a run gives up. */
const MOST_LOSSES = 3;
/** Where a device was lost, a browser may take so long to find its adapter again, in several tries. */
const AGAIN_MS = [200, 500, 1000, 2000];

/** The device of the worker. It is opened when it is first needed, and again after it was lost. */
export class Devices {
  private opened: Promise<Gpu> | undefined;
  private lostOne = false;
  private readonly gone = new WeakSet<Gpu>();

  /** @throws NoWebGpuError */
  get(): Promise<Gpu> {
    // What has failed is tried again when a device is needed next.
    this.opened ??= this.open().catch((error: unknown) => {
      this.opened = undefined;
      throw error;
    });
    return this.opened;
  }

  /**
   * Does some work on the device; where the device is lost meanwhile, the work begins again on a new one, and goes on
   * from what it has kept.
   */
  async survive<T>(work: (gpu: Gpu) => Promise<T>, onLost: (message: string) => void): Promise<T> {
    for (let losses = 0; ; losses++) {
      const gpu = await this.get();
      try {
        return await work(gpu);
      } catch (error) {
        // Errors of a lost device have many names: what counts is that it is lost. It says so a moment later.
        await Promise.race([gpu.device.lost, new Promise((resolve) => setTimeout(resolve, 50))]);
        if (!this.gone.has(gpu) || losses >= MOST_LOSSES) throw error;
        const { message } = error as Error;
        // Whatever failed first may tell of a buffer alone.
        onLost(/\blost\b/.test(message) ? message : `The graphics device was lost (${message}).`);
      }
    }
  }

  private async open(): Promise<Gpu> {
    const { gpu: webgpu } = navigator as { readonly gpu?: GPU };
    if (webgpu === undefined) throw new NoWebGpuError('This browser has no WebGPU.');
    const adapter = await this.adapterOf(webgpu);
    const device = await adapter.requestDevice(deviceRequest(adapter));
    const gpu = await Gpu.open(device);
    void device.lost.then(() => {
      this.gone.add(gpu);
      this.opened = undefined;
      this.lostOne = true;
    });
    return gpu;
  }

  private async adapterOf(webgpu: GPU): Promise<GPUAdapter> {
    for (const waitMs of [0, ...(this.lostOne ? AGAIN_MS : [])]) {
      await new Promise((resolve) => setTimeout(resolve, waitMs));
      const adapter = await webgpu.requestAdapter({ powerPreference: 'high-performance' });
      if (adapter !== null) return adapter;
    }
    throw new NoWebGpuError('WebGPU is there, but it finds no graphics adapter to use.');
  }
}

/** What the library calls an adapter that does not tell its name. */
const UNNAMED = 'unnamed adapter';

const SHOWN_LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
] as const satisfies readonly (keyof GPUSupportedLimits)[];

export function adapterFacts({ description, limits, subgroupSize }: Gpu): AdapterFacts {
  const { vendor, architecture, software } = description;
  // Browsers tell little of an adapter, lest pages know their users by it.
  const known = [vendor, architecture].filter((word) => word !== '').join(' ');
  const name = description.name === UNNAMED && known !== '' ? known : description.name;
  return {
    ...{ name, vendor, architecture, software, subgroupSize },
    limits: SHOWN_LIMITS.map((limit) => [limit, limits[limit]]),
  };
}
