import {
  closeSync,
  createWriteStream,
  fsyncSync,
  ftruncateSync,
  openSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import { OutputError } from '../atomic-file.js';
import { NATIVE_ORDER } from '../dtype.js';
import { npyHeader } from '../npy.js';
import type { Block } from './grid.js';
import { DamagedTileError, StoreError } from './store-error.js';
import type { TileStore } from './tile-store.js';

/** One matrix of a store, and the .npy file that it becomes. */
export interface ExportedMatrix {
  readonly block: Block;
  /** Index in the computation's list of kernels. */
  readonly kernel: number;
  readonly path: string;
}

export interface ExportOptions {
  /** Once per tile. */
  readonly onProgress?: (fraction: number) => void;
  readonly signal?: AbortSignal;
}

/** `ntk-gap-d11-hidden.npy`; of the test block `test-ntk-gap-d11-hidden.npy`. */
export function matrixFile(block: Block, kernelName: string): string {
  return `${block.name === 'test' ? 'test-' : ''}${kernelName}.npy`;
}

/**
 * Writes matrices of a complete store as .npy files: each tile is read once, checked, and written to its place and to
 * that of its mirror image, so that memory holds one tile. Files appear whole or not at all.
 *
 * @throws StoreError if tiles are missing; DamagedTileError; OutputError; the signal's reason.
 */
export async function exportMatrices(
  store: TileStore,
  matrices: readonly ExportedMatrix[],
  { onProgress, signal }: ExportOptions = {},
): Promise<void> {
  const finished = await store.finished();
  const blocks = new Set(matrices.map(({ block }) => block.name));
  const tiles = store.tiles.filter(({ block }) => blocks.has(block.name));
  const missing = tiles.filter(({ name }) => !finished.has(name));
  if (missing.length > 0) {
    throw new StoreError(
      `${store.folder}: ${missing.length} of ${tiles.length} tiles are missing (${missing[0].name}, …); run cntk kernel again with the same --out`,
    );
  }
  const files = matrices.map((matrix) => ({ ...matrix, file: new MatrixFile(matrix.path, matrix.block) }));
  try {
    for (const { file } of files) file.open();
    for (const [done, storeTile] of tiles.entries()) {
      signal?.throwIfAborted();
      const { block, tile } = storeTile;
      const values = await store.read(storeTile, finished.get(storeTile.name)!);
      const size = tile.rows * tile.columns;
      for (const { block: wanted, kernel, file } of files) {
        if (wanted.name !== block.name) continue;
        const part = values.subarray(kernel * size, (kernel + 1) * size);
        file.write(tile.firstRow, tile.firstColumn, tile.columns, part);
        if (block.name === 'train' && tile.firstRow !== tile.firstColumn)
          file.write(tile.firstColumn, tile.firstRow, tile.rows, transpose(part, tile.columns));
      }
      onProgress?.((done + 1) / tiles.length);
    }
    for (const { file } of files) file.commit();
  } finally {
    for (const { file } of files) await file.remove();
  }
}

/** The same matrices as one .npz archive, not compressed; its members are called as the .npy files. */
export async function exportArchive(
  store: TileStore,
  matrices: readonly Omit<ExportedMatrix, 'path'>[],
  path: string,
  options: ExportOptions = {},
): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
  const members = matrices.map((matrix, index) => ({ ...matrix, path: `${temporary}-${index}.npy` }));
  try {
    await exportMatrices(store, members, options);
    const zip = new ZipFile();
    for (const { block, kernel, path: member } of members) {
      const name = matrixFile(block, store.computation.kernels[kernel].name);
      zip.addFile(member, name, { compress: false, mtime: new Date(Date.UTC(1980, 0, 1)) });
    }
    zip.end();
    await pipeline(zip.outputStream, createWriteStream(temporary, { flags: 'wx' }), {
      signal: options.signal,
    });
    const handle = await open(temporary, 'r+');
    await handle.sync().finally(() => handle.close());
    await rename(temporary, path);
  } catch (error) {
    throw 'syscall' in (error as Error) ? new OutputError(path, error) : error;
  } finally {
    for (const file of [temporary, ...members.map(({ path: member }) => member)])
      await rm(file, { force: true }).catch(() => undefined);
  }
}

/**
 * Reads every finished tile and checks it.
 *
 * @returns what is wrong, by the name of the tile
 */
export async function verifyTiles(
  store: TileStore,
  tiles = store.tiles,
  { onProgress, signal }: ExportOptions = {},
): Promise<Map<string, DamagedTileError>> {
  const finished = await store.finished();
  const damaged = new Map<string, DamagedTileError>();
  for (const [done, tile] of tiles.entries()) {
    signal?.throwIfAborted();
    const file = finished.get(tile.name);
    if (file === undefined) continue;
    try {
      await store.read(tile, file);
    } catch (error) {
      if (!(error instanceof DamagedTileError)) throw error;
      damaged.set(tile.name, error);
    }
    onProgress?.((done + 1) / tiles.length);
  }
  return damaged;
}

/** A .npy file that is filled in any order. */
class MatrixFile {
  private readonly temporary: string;
  private readonly header: Uint8Array;
  private fd: number | undefined;
  private committed = false;

  constructor(
    private readonly path: string,
    private readonly block: Block,
  ) {
    this.temporary = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
    this.header = npyHeader(`${NATIVE_ORDER}f4`, [block.rows, block.columns]);
  }

  open(): void {
    this.guarded(() => {
      this.fd = openSync(this.temporary, 'w');
      ftruncateSync(this.fd, this.header.length + 4 * this.block.rows * this.block.columns);
      writeSync(this.fd, this.header);
    });
  }

  /** values: [rows][columns], the part that begins at this row and column of the matrix. */
  write(firstRow: number, firstColumn: number, columns: number, values: Float32Array): void {
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    this.guarded(() => {
      for (let row = 0; row * columns < values.length; row++) {
        const at = this.header.length + 4 * ((firstRow + row) * this.block.columns + firstColumn);
        for (let done = 0; done < 4 * columns;)
          done += writeSync(this.fd!, bytes, 4 * row * columns + done, 4 * columns - done, at + done);
      }
    });
  }

  commit(): void {
    this.guarded(() => {
      fsyncSync(this.fd!);
      closeSync(this.fd!);
      this.fd = undefined;
      renameSync(this.temporary, this.path);
      this.committed = true;
    });
  }

  async remove(): Promise<void> {
    if (this.fd !== undefined) closeSync(this.fd);
    if (!this.committed) await rm(this.temporary, { force: true }).catch(() => undefined);
  }

  private guarded(action: () => void): void {
    try {
      action();
    } catch (error) {
      throw new OutputError(this.path, error);
    }
  }
}

/** values: [rows][columns]; return: [columns][rows]. */
function transpose(values: Float32Array, columns: number): Float32Array {
  const rows = values.length / columns;
  const mirrored = new Float32Array(values.length);
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++) mirrored[c * rows + r] = values[r * columns + c];
  return mirrored;
}
