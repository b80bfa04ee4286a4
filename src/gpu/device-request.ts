import { ArgumentError } from '../checks/arguments.js';
import { className } from '../checks/class-name.js';

/** The limits that planning depends on; a device is opened with the adapter's values of all but the alignment. */
export const USED_LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupSizeY',
  'maxComputeWorkgroupSizeZ',
  'maxComputeWorkgroupsPerDimension',
] as const satisfies readonly (keyof GPUSupportedLimits)[];

/** The optional features that shaders may use; a device is opened with those that the adapter has. */
export const USED_FEATURES = [
  'timestamp-query',
  'subgroups',
  'shader-f16',
] as const satisfies readonly GPUFeatureName[];

/**
 * What a device is asked for, so that everything here runs on it as fast as it can: `await
 * adapter.requestDevice(deviceRequest(adapter))`. A device that is opened without it has the least limits that WebGPU
 * guarantees and no subgroups: results are the same, large images do not fit and all is slower.
 */
export function deviceRequest(adapter: GPUAdapter): GPUDeviceDescriptor {
  const { limits, features } = Object(adapter) as Partial<Pick<GPUAdapter, 'limits' | 'features'>>;
  if (limits === undefined || features === undefined) {
    throw new ArgumentError(
      `deviceRequest was given ${className(adapter)}; a GPUAdapter is wanted, as await navigator.gpu.requestAdapter() gives`,
    );
  }
  return {
    requiredFeatures: USED_FEATURES.filter((feature) => features.has(feature)),
    requiredLimits: Object.fromEntries(USED_LIMITS.map((name) => [name, limits[name]])),
  };
}
