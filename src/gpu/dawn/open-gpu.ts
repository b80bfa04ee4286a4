import { assertGpu } from '../assert-gpu.js';
import { deviceRequest } from '../device-request.js';
import { Gpu, GpuError } from '../gpu.js';
import { AdapterError } from './adapter-error.js';
import { PausedPolling } from './paused-polling.js';
import {
  assertAdapterOptions,
  describe,
  findAdapter,
  quietly,
  type AdapterDescription,
  type AdapterOptions,
  type LiveAdapter,
} from './adapters.js';

/** A device that this package has opened, with the Dawn instance that must outlive it. */
export class OpenGpu extends Gpu implements Disposable {
  private readonly polling = new PausedPolling();

  private constructor(
    device: GPUDevice,
    subgroupSize: number,
    readonly adapter: AdapterDescription,
    /** Validation errors that no error scope caught, newest last: each one is a bug of this package. */
    readonly uncapturedErrors: readonly string[],
  ) {
    super(device, subgroupSize);
  }

  /** A device that was just requested of an adapter. @throws DeviceLostError */
  static async of(device: GPUDevice, adapter: AdapterDescription): Promise<OpenGpu> {
    const errors = collectErrors(device);
    try {
      return new OpenGpu(device, await Gpu.lanesOf(device), adapter, errors);
    } catch (error) {
      device.destroy();
      throw error;
    }
  }

  override waitFor<T>(result: Promise<T>): Promise<T> {
    return this.software ? this.polling.during(result) : result;
  }

  /** Destroys the device; Node can exit afterwards. May be called twice. */
  close(): void {
    this.device.destroy();
  }

  /** Closes the device at the end of the scope of `using gpu = await openGpu()`. */
  [Symbol.dispose](): void {
    this.close();
  }
}

/**
 * Refuses what is no device that this package has opened: jobs look at its adapter.
 *
 * @param where The function, for the message.
 * @throws GpuError; DeviceLostError
 */
export function assertOpenGpu(where: string, gpu: unknown): asserts gpu is OpenGpu {
  assertGpu(where, gpu);
  if (gpu instanceof OpenGpu) return;
  throw new GpuError(`${where} was given a Gpu without its adapter; await openGpu() gives one that has it`);
}

/**
 * Dawn ends the process if an instance is garbage-collected before its device, or while it compiles for it. So each is
 * held here until then.
 */
const held = new Set<LiveAdapter>();

/**
 * Opens a device on an adapter of this machine (`findAdapter` says which), with the limits and those of the used
 * features that the adapter has.
 *
 * @throws AdapterError if there is no adapter, none of the requested name, or it refuses to open; ArgumentError for an
 * option that it does not have.
 */
export async function openGpu(options: AdapterOptions = {}): Promise<OpenGpu> {
  assertAdapterOptions('openGpu', options);
  const live = await findAdapter(options);
  held.add(live);
  const { adapter } = live;
  let device: GPUDevice;
  try {
    device = await quietly(options, () =>
      adapter.requestDevice({
        label: live.found.name,
        ...deviceRequest(adapter),
      }),
    );
  } catch (error) {
    held.delete(live);
    throw new AdapterError(
      `the adapter "${live.found.name}" does not open: ${(error as Error).message}. Update its driver, or choose another (also by the variable CNTK_ADAPTER).`,
      true,
    );
  }
  const lost = device.lost;
  const gpu = OpenGpu.of(device, describe(live, true));
  void lost
    .then(async () => await (await gpu).compiled())
    .catch(() => undefined)
    .then(() => held.delete(live));
  return await gpu;
}

/**
 * A function of its own: Dawn holds the listener, and whatever else is captured where it is written. If the device were
 * among that, it could never be garbage-collected, nor the thread in which it compiled.
 */
function collectErrors(device: GPUDevice): readonly string[] {
  const messages: string[] = [];
  device.addEventListener('uncapturederror', (event) => {
    // Dawn would print it on stdout, where the data goes.
    event.preventDefault();
    messages.push(event.error.message);
  });
  return messages;
}
