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
}

/** An image shape or a memory budget that this device cannot serve. */
export class PlanError extends Error {
  override readonly name = 'PlanError';
}
