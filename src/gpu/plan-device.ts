import { className } from '../checks/class-name.js';
import type { ShaderContract } from '../../shaders/contract.js';
import { ArgumentError } from '../checks/arguments.js';
import type { Constants } from './shader-source.js';

/** What a plan asks of a device: a `Gpu` has it, and so has any description of one. */
export interface PlanDevice {
  readonly limits: Pick<
    GPUSupportedLimits,
    | 'maxStorageBufferBindingSize'
    | 'maxBufferSize'
    | 'maxComputeWorkgroupStorageSize'
    | 'maxComputeInvocationsPerWorkgroup'
    | 'maxComputeWorkgroupsPerDimension'
  >;
  /** Lanes of the smallest subgroup; 0 where the device has no subgroup operations. */
  readonly subgroupSize: number;
  /** Computes and compiles on the CPU. */
  readonly software?: boolean;
  /** Whether a shader with these constants is compiled already; a mere description has compiled nothing. */
  isCompiled?(contract: ShaderContract, constants: Constants): boolean;
}

/** An image shape or a memory budget that this device cannot serve. */
export class PlanError extends Error {
  override readonly name = 'PlanError';
}

/** @throws ArgumentError for what has no limits */
export function assertPlanDevice(device: unknown): void {
  const { limits } = (device ?? {}) as Partial<PlanDevice>;
  if (typeof limits?.maxStorageBufferBindingSize === 'number') return;
  throw new ArgumentError(
    `the device of a plan is ${className(device)}; a Gpu is wanted, or { limits, subgroupSize } of one`,
  );
}
