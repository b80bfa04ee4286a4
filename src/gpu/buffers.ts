/** GPUBufferUsage values; the constants are globals that a Node library does not have. */
const MAP_READ = 0x1;
const COPY_SRC = 0x4;
const COPY_DST = 0x8;
const UNIFORM = 0x40;
const STORAGE = 0x80;
const QUERY_RESOLVE = 0x200;
/** GPUTextureUsage values. */
const TEXTURE_COPY_DST = 0x2;
const TEXTURE_BINDING = 0x4;

/**
 * The buffers and textures of one computation. Whoever opens a `BufferScope` owns what it creates, and `dispose` frees all of it,
 * also after an error.
 */
export class BufferScope implements Disposable {
  private readonly buffers = new Set<GPUBuffer | GPUTexture>();
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

  /** A texture of as many vec4f as the buffer holds, in rows of `texels`. */
  texture(label: string, { size }: GPUBuffer, texels: number): GPUTexture {
    this.assertOpen(label);
    const height = Math.ceil(size / 16 / texels);
    const usage = TEXTURE_BINDING | TEXTURE_COPY_DST;
    const texture = this.device.createTexture({
      label,
      size: [texels, height],
      format: 'rgba32float',
      usage,
    });
    this.buffers.add(texture);
    this.allocatedBytes += bytesOf(texture);
    return texture;
  }

  free(buffer: GPUBuffer | GPUTexture): void {
    if (!this.buffers.delete(buffer)) return;
    this.allocatedBytes -= bytesOf(buffer);
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
    this.assertOpen(label);
    const size = Math.max(4, Math.ceil(sizeBytes / 4) * 4);
    const buffer = this.device.createBuffer({ label, size, usage });
    this.buffers.add(buffer);
    this.allocatedBytes += size;
    return buffer;
  }

  /** What goes on unheard after an interrupt must leave nothing behind. */
  private assertOpen(label: string): void {
    if (this.left) throw new Error(`buffer ${label} is asked for after the end of its scope`);
  }
}

function bytesOf(resource: GPUBuffer | GPUTexture): number {
  return 'size' in resource ? resource.size : 16 * resource.width * resource.height;
}
