import { className } from '../checks/class-name.js';
import type { Constants } from './shader-source.js';
import type { ShaderContract } from '../../shaders/contract.js';
import { compileProgram, type Program } from './program.js';
import { consecutiveLanes } from './subgroup-order.js';

/** A run uses about ten programs, a search for the fastest variant twenty. */
const KEPT_PROGRAMS = 64;

/** What is known of the device that computes, for reports and for planning. */
export interface DeviceDescription {
  readonly name: string;
  readonly vendor: string;
  readonly architecture: string;
  /** A CPU implementation: lavapipe, SwiftShader, WARP. */
  readonly software: boolean;
  readonly timestamps: boolean;
}

/**
 * A GPUDevice with what belongs to it: a description, the compiled programs, and the knowledge of its loss. The
 * device belongs to whoever created it: `Gpu` never destroys it.
 */
export class Gpu {
  readonly description: DeviceDescription;
  private readonly programs = new Map<string, Promise<Program>>();
  private readonly compiling = new Set<Promise<Program>>();
  private lostReason: string | undefined;

  /**
   * @param subgroupSize Lanes of the smallest subgroup; 0 where the device was opened without subgroup operations, or has
   * subgroups that are not made of consecutive invocations.
   */
  protected constructor(
    readonly device: GPUDevice,
    readonly subgroupSize: number,
  ) {
    const { adapterInfo: info } = device;
    this.description = {
      name: info.description || info.device || 'unnamed adapter',
      vendor: info.vendor,
      architecture: info.architecture,
      software: info.isFallbackAdapter || /llvmpipe|swiftshader|basic render/i.test(info.description),
      timestamps: device.features.has('timestamp-query'),
    };
    // A device that its owner destroys is lost too: both end what runs on it.
    void device.lost.then((loss) => {
      this.lostReason = loss.message || loss.reason;
    });
  }

  /**
   * Looks at a device, and tries what no limit tells of it.
   *
   * @throws GpuError if it is no GPUDevice; DeviceLostError
   */
  static async open(device: GPUDevice): Promise<Gpu> {
    return new Gpu(device, await Gpu.lanesOf(device));
  }

  /** @throws as `open` */
  protected static async lanesOf(device: GPUDevice): Promise<number> {
    assertDevice(device);
    return await consecutiveLanes(new Gpu(device, 0));
  }

  get limits(): GPUSupportedLimits {
    return this.device.limits;
  }

  get software(): boolean {
    return this.description.software;
  }

  /**
   * The compiled program of a shader with these constants; compiled once per device, as long as not too many others
   * have been used since: a process that meets images of ever new shapes does not grow.
   *
   * @throws ShaderError with the compiler's messages and line numbers.
   */
  program(contract: ShaderContract, constants: Constants = {}): Promise<Program> {
    const key = keyOf(contract, constants);
    let program = this.programs.get(key);
    if (program === undefined) program = this.compile(contract, constants);
    else this.programs.delete(key);
    // In the order of use: the first is the one whose use lies furthest back. Who holds it can go on using it.
    this.programs.set(key, program);
    if (this.programs.size > KEPT_PROGRAMS) this.programs.delete(this.programs.keys().next().value!);
    return program;
  }

  /** Whether `program` has been asked for it, and keeps it. */
  isCompiled(contract: ShaderContract, constants: Constants): boolean {
    return this.programs.has(keyOf(contract, constants));
  }

  /** Until nothing is being compiled any more: a compiler works on for a while when its device is destroyed. */
  async compiled(): Promise<void> {
    await Promise.allSettled(this.compiling);
  }

  private compile(contract: ShaderContract, constants: Constants): Promise<Program> {
    const program = compileProgram(this.device, contract, constants);
    this.compiling.add(program);
    const done = () => void this.compiling.delete(program);
    program.then(done, done);
    return program;
  }

  /** Ends with the promise, one that the device fulfils when its work is done. */
  waitFor<T>(result: Promise<T>): Promise<T> {
    return result;
  }

  /** @throws DeviceLostError if the device is gone. */
  assertAlive(): void {
    if (this.lostReason !== undefined) throw new DeviceLostError(this.description.name, this.lostReason);
  }
}

function keyOf(contract: ShaderContract, constants: Constants): string {
  const sorted = Object.entries(constants).sort(([a], [b]) => (a < b ? -1 : 1));
  return `${contract.name} ${JSON.stringify(sorted)}`;
}

/** Something else where a device is wanted; the message says how to get one from it. */
export class GpuError extends TypeError {
  override readonly name = 'GpuError';
}

function assertDevice(device: unknown): void {
  const { limits, features, queue, lost, createBuffer, requestDevice, requestAdapter } = (device ??
    {}) as Partial<Record<keyof GPUDevice | keyof GPUAdapter | keyof GPU, unknown>>;
  if (limits && features && queue && lost && typeof createBuffer === 'function') return;
  const remedy =
    typeof requestDevice === 'function'
      ? 'Open one: await adapter.requestDevice().'
      : typeof requestAdapter === 'function'
        ? 'Open one: await (await gpu.requestAdapter()).requestDevice().'
        : 'In a browser await (await navigator.gpu.requestAdapter()).requestDevice() gives one, in Node openGpu().';
  throw new GpuError(`Gpu.open was given ${className(device)}; a GPUDevice is wanted. ${remedy}`);
}

/** The GPU went away (driver reset, unplugged, destroyed); results that were already read back stay valid. */
export class DeviceLostError extends Error {
  override readonly name = 'DeviceLostError';
  constructor(device: string, reason: string) {
    super(`the device "${device}" was lost: ${reason}. Open a new device and run again.`);
  }
}
