/** GPUBufferUsage values; the constants are globals that a Node library does not have. */
const MAP_READ = 0x1;
const COPY_SRC = 0x4;
const COPY_DST = 0x8;
const UNIFORM = 0x40;
const STORAGE = 0x80;
const QUERY_RESOLVE = 0x200;

/**
 * The buffers of one computation. Whoever opens a `BufferScope` owns what it creates, and `dispose` frees all of it,
 * also after an error.
 */
export class BufferScope implements Disposable {
  private readonly buffers = new Set<GPUBuffer>();
  private allocatedBytes = 0;
  private left = false;

  constructor(private readonly device: GPUDevice) {}

  /** Bytes now held. */
  get sizeBytes(): number {
    return this.allocatedBytes;
  }

  /** A storage buffer of `sizeBytes` (rounded up to 4). @throws RangeError beyond the device's limits. */
  storage(label: string, sizeBytes: number): GPUBuffer {
    const limit = Math.min(this.device.limits.maxStorageBufferBindingSize, this.device.limits.maxBufferSize);
    if (!(sizeBytes <= limit)) {
      throw new RangeError(`buffer ${label} needs ${sizeBytes} bytes; this device binds at most ${limit}`);
    }
    return this.create(label, sizeBytes, STORAGE | COPY_SRC | COPY_DST);
  }

  /** A storage buffer that holds `data`. */
  upload(label: string, data: ArrayBufferView): GPUBuffer {
    const buffer = this.storage(label, data.byteLength);
    this.device.queue.writeBuffer(buffer, 0, data.buffer, data.byteOffset, data.byteLength);
    return buffer;
  }

  uniform(label: string, sizeBytes: number): GPUBuffer {
    return this.create(label, sizeBytes, UNIFORM | COPY_DST);
  }

  readback(label: string, sizeBytes: number): GPUBuffer {
    return this.create(label, sizeBytes, MAP_READ | COPY_DST);
  }

  queryResolve(label: string, sizeBytes: number): GPUBuffer {
    return this.create(label, sizeBytes, QUERY_RESOLVE | COPY_SRC);
  }

  free(buffer: GPUBuffer): void {
    if (!this.buffers.delete(buffer)) return;
    this.allocatedBytes -= buffer.size;
    buffer.destroy();
  }

  dispose(): void {
    for (const buffer of this.buffers) buffer.destroy();
    this.buffers.clear();
    this.allocatedBytes = 0;
    this.left = true;
    // Dawn keeps the staging memory of writeBuffer until the next submit.
    this.device.queue.submit([]);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  private create(label: string, sizeBytes: number, usage: number): GPUBuffer {
    // What goes on unheard after an interrupt must leave nothing behind.
    if (this.left) throw new Error(`buffer ${label} is asked for after the end of its scope`);
    const size = Math.max(4, Math.ceil(sizeBytes / 4) * 4);
    const buffer = this.device.createBuffer({ label, size, usage });
    this.buffers.add(buffer);
    this.allocatedBytes += size;
    return buffer;
  }
}
