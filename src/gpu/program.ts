import type { ParameterValues, ShaderContract } from '../../shaders/contract.js';
import { shaderCode, type Constants } from './shader-source.js';

/** A compiled shader: the only place where pipelines and bind groups are made. */
export interface Program {
  readonly contract: ShaderContract;
  readonly pipeline: GPUComputePipeline;
  readonly compileMs: number;
  /** Bytes of the uniform block, 0 without one. */
  readonly paramsSizeBytes: number;
  packParams(values: ParameterValues, target: DataView, offset: number): void;
  bind(buffers: BoundBuffers, params?: GPUBufferBinding): GPUBindGroup;
}

/** Whole buffers or parts of them, and textures, by binding name. */
export type BoundBuffers = Readonly<Record<string, GPUBuffer | GPUBufferBinding | GPUTexture>>;

/** The shader did not compile, or does not match its contract. */
export class ShaderError extends Error {
  override readonly name = 'ShaderError';
}

export async function compileProgram(
  device: GPUDevice,
  contract: ShaderContract,
  constants: Constants,
): Promise<Program> {
  const code = shaderCode(contract, constants);
  const started = performance.now();
  const pipeline = await compilePipeline(device, contract, code);
  const compileMs = performance.now() - started;
  const fields = Object.entries(contract.params);
  // A uniform block is a multiple of 16 bytes.
  const paramsSizeBytes = Math.ceil((fields.length * 4) / 16) * 16;

  return {
    contract,
    pipeline,
    compileMs,
    paramsSizeBytes,
    packParams(values, target, offset) {
      for (const [index, [name, type]] of fields.entries()) {
        const value = values[name] as number | undefined;
        if (value === undefined || !Number.isFinite(value)) {
          throw new ShaderError(`shader ${contract.name}: parameter ${name} is ${String(value)}`);
        }
        const at = offset + 4 * index;
        if (type === 'f32') target.setFloat32(at, value, true);
        else if (type === 'i32') target.setInt32(at, value, true);
        else target.setUint32(at, value, true);
      }
    },
    bind(buffers, params) {
      const entries: GPUBindGroupEntry[] = contract.bindings.map(({ name }, binding) => {
        const bound = buffers[name] as BoundBuffers[string] | undefined;
        if (bound === undefined) throw new ShaderError(`shader ${contract.name}: no buffer for ${name}`);
        if ('createView' in bound) return { binding, resource: bound.createView() };
        return { binding, resource: 'buffer' in bound ? bound : { buffer: bound } };
      });
      if (params) entries.push({ binding: contract.bindings.length, resource: params });
      return device.createBindGroup({
        label: contract.name,
        layout: pipeline.getBindGroupLayout(0),
        entries,
      });
    },
  };
}

async function compilePipeline(
  device: GPUDevice,
  contract: ShaderContract,
  code: string,
): Promise<GPUComputePipeline> {
  const label = contract.name;
  const entries: GPUBindGroupLayoutEntry[] = contract.bindings.map(({ access }, binding) => ({
    binding,
    visibility: 0x4, // GPUShaderStage.COMPUTE; the constant is a global that a Node library does not have
    ...(access === 'sampled'
      ? { texture: { sampleType: 'unfilterable-float' as const } }
      : { buffer: { type: access === 'read' ? ('read-only-storage' as const) : ('storage' as const) } }),
  }));
  if (Object.keys(contract.params).length > 0) {
    entries.push({ binding: entries.length, visibility: 0x4, buffer: { type: 'uniform' } });
  }
  device.pushErrorScope('validation');
  const module = device.createShaderModule({ label, code });
  const { messages } = await module.getCompilationInfo();
  const errors = messages.filter((message) => message.type === 'error');
  let failure = errors
    .map(
      ({ lineNum, linePos, message }) =>
        `  line ${lineNum}:${linePos} ${message}\n    ${code.split('\n')[lineNum - 1] ?? ''}`,
    )
    .join('\n');
  let pipeline: GPUComputePipeline | undefined;
  if (failure === '') {
    const layout = device.createPipelineLayout({
      label,
      bindGroupLayouts: [device.createBindGroupLayout({ label, entries })],
    });
    try {
      pipeline = await device.createComputePipelineAsync({
        label,
        layout,
        compute: { module, entryPoint: 'main' },
      });
    } catch (error) {
      failure = (error as Error).message;
    }
  }
  const scoped = await device.popErrorScope();
  if (pipeline === undefined || scoped !== null) {
    throw new ShaderError(`shader ${label} does not compile:\n${failure || (scoped?.message ?? '')}`);
  }
  return pipeline;
}
