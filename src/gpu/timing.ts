import type { BufferScope } from './buffers.js';

/** Nanoseconds on the clock of a device. */
export interface DeviceInterval {
  readonly beginNs: number;
  readonly endNs: number;
}

/** Device timestamps around one compute pass. */
export class TimestampSpan {
  readonly writes: GPUComputePassTimestampWrites;
  private readonly querySet: GPUQuerySet;
  private readonly resolved: GPUBuffer;
  private readonly copy: GPUBuffer;

  constructor(device: GPUDevice, scope: BufferScope) {
    this.querySet = device.createQuerySet({ type: 'timestamp', count: 2 });
    this.writes = { querySet: this.querySet, beginningOfPassWriteIndex: 0, endOfPassWriteIndex: 1 };
    this.resolved = scope.queryResolve('timestamps', 16);
    this.copy = scope.readback('timestamps readback', 16);
  }

  resolve(encoder: GPUCommandEncoder): void {
    encoder.resolveQuerySet(this.querySet, 0, 2, this.resolved, 0);
    encoder.copyBufferToBuffer(this.resolved, 0, this.copy, 0, 16);
  }

  /** Says when the pass began and ended, on the clock of the device. */
  async interval(): Promise<DeviceInterval> {
    await this.copy.mapAsync(0x1);
    const [begin, end] = new BigUint64Array(this.copy.getMappedRange().slice(0));
    this.copy.unmap();
    this.querySet.destroy();
    return { beginNs: Number(begin), endNs: Number(end) };
  }
}
