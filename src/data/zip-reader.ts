import { RandomAccessReader } from 'yauzl';
import type { Bytes } from './bytes.js';

const BLOCK_BYTES = 2 ** 16;

/** How yauzl reads: a directory of many members in small pieces, one after the other, so that a block serves many. */
export class ZipReader extends RandomAccessReader {
  private block: Uint8Array = new Uint8Array(0);
  private blockAt = 0;

  constructor(private readonly bytes: Bytes) {
    super();
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null, bytesRead?: number) => void,
  ): void {
    this.piece(position, length).then(
      (piece) => {
        buffer.set(piece, offset);
        callback(null, piece.length);
      },
      (error: unknown) => callback(error as Error),
    );
  }

  override close(callback: (error: Error | null) => void): void {
    callback(null);
  }

  private async piece(position: number, length: number): Promise<Uint8Array> {
    const end = Math.min(position + length, this.bytes.sizeBytes);
    if (position < this.blockAt || end > this.blockAt + this.block.length) {
      const size = Math.min(Math.max(length, BLOCK_BYTES), Math.max(0, this.bytes.sizeBytes - position));
      this.block = await this.bytes.read(position, size);
      this.blockAt = position;
    }
    return this.block.subarray(position - this.blockAt, Math.max(position, end) - this.blockAt);
  }
}
