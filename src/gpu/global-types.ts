/// <reference lib="esnext.disposable" preserve="true" />
/**
 * The global names that the published types mention, so that they compile wherever they are imported. WebGPU is declared
 * by the DOM library from TypeScript 6 on, or by `@webgpu/types`, which clashes with that library and needs the DOM
 * itself; a package can therefore reference neither. Interfaces of one name merge: what stands here adds nothing where
 * a full declaration exists, and stands in for it where none does, with the few members that tell the types apart.
 */
declare global {
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- it has methods only, and those of two declarations would be overloads
  interface GPU {}
  interface GPUDevice {
    readonly limits: GPUSupportedLimits;
  }
  interface GPUSupportedLimits {
    readonly maxStorageBufferBindingSize: number;
    readonly maxBufferSize: number;
    readonly maxComputeWorkgroupStorageSize: number;
    readonly maxComputeInvocationsPerWorkgroup: number;
    readonly maxComputeWorkgroupsPerDimension: number;
  }
  interface GPUBuffer {
    readonly size: number;
  }
  interface GPUTexture {
    readonly width: number;
  }
  interface GPUBufferBinding {
    buffer: GPUBuffer;
  }
  interface GPUAdapter {
    readonly limits: GPUSupportedLimits;
  }
  interface GPUDeviceDescriptor {
    label?: string;
  }
  interface GPUBindGroup {
    label: string;
  }
  interface GPUComputePipeline {
    label: string;
  }
  interface GPUCommandEncoder {
    label: string;
  }
  interface GPUComputePassTimestampWrites {
    beginningOfPassWriteIndex?: number;
  }
  interface AbortSignal {
    readonly aborted: boolean;
  }
}

export {};
