import type { ParameterValues } from '../../shaders/contract.js';
import { BufferScope } from './buffers.js';
import type { Gpu } from './gpu.js';
import type { BoundBuffers, Program } from './program.js';
import { TimestampSpan, type DeviceInterval } from './timing.js';

interface Dispatch {
  readonly program: Program;
  readonly buffers: BoundBuffers;
  readonly params: ParameterValues;
  readonly workgroups: readonly [number, number, number];
}

/** Bytes to bring back: the whole buffer unless a range is given. */
export interface ReadRange {
  readonly buffer: GPUBuffer;
  readonly offset?: number;
  readonly sizeBytes?: number;
}

export interface RecordingResult {
  /** One per `read`, in order. */
  readonly data: ArrayBuffer[];
  /** When the device began the first dispatch and ended the last; undefined without timestamps. */
  readonly interval: DeviceInterval | undefined;
  /** Its length. */
  readonly gpuNs: number | undefined;
}

/**
 * A list of dispatches, then one submit: the only place that encodes commands. Dispatches run in the order in which
 * they were added, each seeing what the earlier ones wrote.
 */
export class Recording {
  private readonly dispatches: Dispatch[] = [];
  private readonly copies: { readonly source: GPUBuffer; readonly texture: GPUTexture }[] = [];
  private readonly reads: ReadRange[] = [];

  constructor(private readonly gpu: Gpu) {}

  add(
    program: Program,
    buffers: BoundBuffers,
    workgroups: readonly [number, number?, number?],
    params: ParameterValues = {},
  ): this {
    const [x, y = 1, z = 1] = workgroups;
    const limit = this.gpu.limits.maxComputeWorkgroupsPerDimension;
    if (!(Math.max(x, y, z) <= limit)) {
      throw new RangeError(
        `shader ${program.contract.name}: ${x}×${y}×${z} workgroups; the limit is ${limit}`,
      );
    }
    if (x > 0 && y > 0 && z > 0) this.dispatches.push({ program, buffers, params, workgroups: [x, y, z] });
    return this;
  }

  /** Copies a buffer of vec4f into a texture, row by row, after the dispatches. */
  copy(source: GPUBuffer, texture: GPUTexture): this {
    this.copies.push({ source, texture });
    return this;
  }

  /** Brings a buffer back to the host after the dispatches. */
  read(buffer: GPUBuffer, offset?: number, sizeBytes?: number): this {
    this.reads.push({ buffer, offset, sizeBytes });
    return this;
  }

  /**
   * Encodes and submits at once; the promise ends when the results are on the host. Several recordings may be in
   * flight: the next can be submitted before the last is awaited.
   *
   * While a promise of the device is pending, Dawn's Node binding polls it from the event loop without a pause, which
   * takes a CPU core from a software adapter. `quietMs` is how long not to ask yet. With `wait` false the promise of a
   * recording that reads nothing ends when the device has accepted it.
   *
   * @throws DeviceLostError if the device was lost; Error with the validation message of a wrong dispatch.
   */
  async submit(
    options: { timed?: boolean; quietMs?: number; wait?: boolean } = {},
  ): Promise<RecordingResult> {
    this.gpu.assertAlive();
    const { device } = this.gpu;
    const scope = new BufferScope(device);
    device.pushErrorScope('out-of-memory');
    device.pushErrorScope('validation');
    let submitted: Submitted;
    try {
      submitted = this.encode(scope, options.timed ?? false);
    } catch (error) {
      void device.popErrorScope();
      void device.popErrorScope();
      scope.dispose();
      throw error;
    }
    const problems = [device.popErrorScope(), device.popErrorScope()];
    try {
      const [invalid, outOfMemory] = await Promise.all(problems);
      this.gpu.assertAlive();
      const problem = invalid ?? outOfMemory;
      if (problem) throw new Error(`the device refused a submission: ${problem.message}`);
      if ((options.quietMs ?? 0) >= 1) await new Promise((resolve) => setTimeout(resolve, options.quietMs));
      const data = await this.gpu.waitFor(Promise.all(submitted.readbacks.map(copyOut)));
      if (data.length === 0 && options.wait !== false)
        await this.gpu.waitFor(device.queue.onSubmittedWorkDone());
      this.gpu.assertAlive();
      const interval = await submitted.span?.interval();
      return { data, interval, gpuNs: interval && interval.endNs - interval.beginNs };
    } catch (error) {
      // A lost device rejects the map; say that instead. The loss is announced a turn later than the rejection.
      await new Promise((resolve) => setTimeout(resolve, 0));
      this.gpu.assertAlive();
      throw error;
    } finally {
      scope.dispose();
    }
  }

  private encode(scope: BufferScope, timed: boolean): Submitted {
    const { device } = this.gpu;
    const encoder = device.createCommandEncoder();
    const span = timed && this.gpu.description.timestamps ? new TimestampSpan(device, scope) : undefined;
    const params = this.packParams(scope);
    if (this.dispatches.length > 0) {
      const pass = encoder.beginComputePass(span ? { timestampWrites: span.writes } : {});
      for (const [index, { program, buffers, workgroups }] of this.dispatches.entries()) {
        pass.setPipeline(program.pipeline);
        pass.setBindGroup(0, program.bind(buffers, params[index]));
        pass.dispatchWorkgroups(...workgroups);
      }
      pass.end();
    }
    for (const { source, texture } of this.copies) copyRows(encoder, source, texture);
    const readbacks = this.reads.map(({ buffer, offset = 0, sizeBytes = buffer.size - offset }) => {
      const copy = scope.readback(`${buffer.label} readback`, sizeBytes);
      encoder.copyBufferToBuffer(buffer, offset, copy, 0, copy.size);
      return { copy, sizeBytes };
    });
    span?.resolve(encoder);
    device.queue.submit([encoder.finish()]);
    return { readbacks, span };
  }

  /** All uniform blocks of the recording in one buffer. */
  private packParams(scope: BufferScope): (GPUBufferBinding | undefined)[] {
    const { device } = this.gpu;
    const alignment = device.limits.minUniformBufferOffsetAlignment;
    let sizeBytes = 0;
    const offsets = this.dispatches.map(({ program }) => {
      const offset = sizeBytes;
      sizeBytes += Math.ceil(program.paramsSizeBytes / alignment) * alignment;
      return offset;
    });
    if (sizeBytes === 0) return this.dispatches.map(() => undefined);
    const view = new DataView(new ArrayBuffer(sizeBytes));
    const buffer = scope.uniform('params', sizeBytes);
    const bindings = this.dispatches.map(({ program, params }, index) => {
      if (program.paramsSizeBytes === 0) return undefined;
      program.packParams(params, view, offsets[index]);
      return { buffer, offset: offsets[index], size: program.paramsSizeBytes };
    });
    device.queue.writeBuffer(buffer, 0, view.buffer);
    return bindings;
  }
}

/** Whole rows at once, then what the last one holds. */
function copyRows(encoder: GPUCommandEncoder, source: GPUBuffer, texture: GPUTexture): void {
  const texels = source.size / 16;
  const bytesPerRow = 16 * texture.width;
  const rows = Math.floor(texels / texture.width);
  if (rows > 0)
    encoder.copyBufferToTexture({ buffer: source, bytesPerRow }, { texture }, [texture.width, rows]);
  const rest = texels - rows * texture.width;
  if (rest === 0) return;
  const last = { buffer: source, offset: rows * bytesPerRow, bytesPerRow };
  encoder.copyBufferToTexture(last, { texture, origin: [0, rows] }, [rest, 1]);
}

interface Submitted {
  readonly readbacks: readonly { copy: GPUBuffer; sizeBytes: number }[];
  readonly span: TimestampSpan | undefined;
}

async function copyOut({ copy, sizeBytes }: { copy: GPUBuffer; sizeBytes: number }): Promise<ArrayBuffer> {
  await copy.mapAsync(0x1);
  const data = copy.getMappedRange().slice(0, sizeBytes);
  copy.unmap();
  return data;
}
