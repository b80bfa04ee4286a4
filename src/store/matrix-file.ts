import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { orAborted } from '../signals/or-aborted.js';
import { OutputError } from '../files/atomic-file.js';
import { NATIVE_ORDER } from '../data/dtype.js';
import { removeLeftovers, temporariesOf, temporaryFile } from '../files/leftovers.js';
import { npyHeader } from '../data/npy-bytes.js';
import type { Block } from './grid.js';

/**
 * A .npy file that is filled in any order, and appears whole or not at all. Nothing here holds up the event loop,
 * however slow the disk is.
 */
export class MatrixFile implements AsyncDisposable {
  private readonly temporary: string;
  private readonly header: Uint8Array;
  private handle: FileHandle | undefined;
  private committed = false;

  constructor(
    private readonly path: string,
    private readonly block: Block,
    private readonly signal: AbortSignal | undefined,
  ) {
    this.temporary = temporaryFile(path);
    this.header = npyHeader(`${NATIVE_ORDER}f4`, [block.rows, block.columns]);
  }

  async open(): Promise<void> {
    await removeLeftovers(dirname(this.path), temporariesOf(this.path));
    await this.guarded(async () => {
      this.handle = await open(this.temporary, 'wx');
      await this.handle.truncate(this.header.length + 4 * this.block.rows * this.block.columns);
      await this.writeBytes(this.header, 0);
    });
  }

  /** values: [rows][columns], the part that begins at this row and column of the matrix. */
  async write(firstRow: number, firstColumn: number, columns: number, values: Float32Array): Promise<void> {
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    // Rows that follow each other in the file are one.
    const length = columns === this.block.columns ? bytes.length : 4 * columns;
    const first = this.header.length + 4 * (firstRow * this.block.columns + firstColumn);
    const step = columns === this.block.columns ? length : 4 * this.block.columns;
    await this.guarded(async () => {
      const rows = Array.from({ length: bytes.length / length }, (_, row) => row);
      // At once: the system's threads are kept busy, which one write after the other does not.
      const written = rows.map((row) =>
        this.writeBytes(bytes.subarray(row * length, (row + 1) * length), first + row * step),
      );
      await orAborted(Promise.all(written), this.signal);
    });
  }

  async commit(): Promise<void> {
    await this.guarded(async () => {
      await orAborted(this.handle!.sync(), this.signal);
      await this.close();
      await rename(this.temporary, this.path);
      this.committed = true;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.committed) return;
    await rm(this.temporary, { force: true }).catch(() => undefined);
    // Not waited for: what is under way on a slow disk holds it open.
    this.close().catch(() => undefined);
  }

  private async close(): Promise<void> {
    const { handle } = this;
    this.handle = undefined;
    await handle?.close();
  }

  private async writeBytes(bytes: Uint8Array, at: number): Promise<void> {
    const handle = this.handle!;
    for (let done = 0; done < bytes.length;)
      done += (await handle.write(bytes, done, bytes.length - done, at + done)).bytesWritten;
  }

  private async guarded(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      if (this.signal?.aborted && error === this.signal.reason) throw error;
      throw new OutputError(this.path, error);
    }
  }
}
