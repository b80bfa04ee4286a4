import { createHash } from 'node:crypto';
import { lstat, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { assertInstance, assertText } from '../checks/arguments.js';
import { OutputError, writeAtomically } from '../files/atomic-file.js';
import { NATIVE_ORDER } from '../data/dtype.js';
import { isTemporary, removeLeftovers } from '../files/leftovers.js';
import { makeFolder } from '../files/make-folder.js';
import { npyHeader } from '../data/npy-bytes.js';
import { parseNpy } from '../data/npy.js';
import { PROCESS_TOKEN } from '../files/process-token.js';
import { storeTimeMs } from '../files/claims.js';
import {
  COMPUTATION_FILE,
  assertSameComputation,
  establishComputation,
  readComputation,
  type Computation,
} from './computation.js';
import { storeTileCount, storeTiles, tileNamed, type StoreTile } from './grid.js';
import { openRegular } from '../files/regular-file.js';
import { DamagedTileError, StoreError, UnusableStoreError } from './store-error.js';
import { parseTileFile, sealOf, tileFile } from './tile-name.js';
import { hasOnlyZeros, valuesProblem } from './tile-values.js';

const TILES_FOLDER = 'tiles';
/** Between two looks at the signal while a tile is read. */
const CHUNK_BYTES = 2 ** 23;

/**
 * A folder with one kernel computation: its manifest and its finished tiles.
 *
 * A tile is a .npy file of float32, [kernels][rows][columns], in the subfolder `tiles`. Its name holds the SHA-256 of
 * the file, so that tile and checksum appear in one rename, and `sha256sum` can check them, and a seal that binds both
 * to place and computation: `train-0003-0001.0f…9a.41…c7.npy`. Two processes that compute the same tile write the same
 * file.
 */
export class TileStore {
  private list: readonly StoreTile[] | undefined;

  private constructor(
    readonly folder: string,
    readonly computation: Computation,
  ) {}

  /** All tiles in the order of computation. Of a large computation that is a long list; `tileCount` makes none. */
  get tiles(): readonly StoreTile[] {
    return (this.list ??= storeTiles(this.computation.blocks, this.computation.tileImages));
  }

  get tileCount(): number {
    return storeTileCount(this.computation.blocks, this.computation.tileImages);
  }

  /** @throws UnusableStoreError if there is none, or it cannot be used. */
  static async open(folder: string): Promise<TileStore> {
    assertText('TileStore.open: folder', folder);
    const computation = await readComputation(folder);
    if (computation === undefined) {
      throw new UnusableStoreError(
        `${folder}: is no kernel store (no ${COMPUTATION_FILE}); one is made where kernels are computed into a folder`,
      );
    }
    return new TileStore(folder, computation);
  }

  /**
   * The store of a computation in a folder, made if there is none. Of what is there already the grid stays.
   *
   * @throws UnusableStoreError if the folder holds another computation; OutputError if it cannot be written.
   */
  static async openOrCreate(folder: string, computation: Computation): Promise<TileStore> {
    const found = (await readComputation(folder)) ?? (await establishComputation(folder, computation));
    assertSameComputation(folder, found, computation);
    const store = new TileStore(folder, found);
    try {
      await makeFolder(store.tilesFolder);
    } catch (error) {
      throw new OutputError(store.tilesFolder, error);
    }
    return store;
  }

  get tilesFolder(): string {
    return join(this.folder, TILES_FOLDER);
  }

  /**
   * Files of finished tiles by the tile's name. Nothing is read: `read` checks. Where a tile has two files, as of two
   * adapters, the one with a seal counts, and of several the first.
   *
   * @throws UnusableStoreError if the folder of tiles cannot be read.
   */
  async finished(): Promise<Map<string, string>> {
    const { blocks, tileImages } = this.computation;
    const found = new Map<string, string>();
    const sealed = new Set<string>();
    const names = await readdir(this.tilesFolder).catch((error: unknown) => {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') return [];
      throw new UnusableStoreError(`${this.tilesFolder}: cannot be read: ${message}`, { cause: error });
    });
    for (const file of names.sort()) {
      const parsed = parseTileFile(file);
      if (parsed === undefined || tileNamed(parsed.tile, blocks, tileImages) === undefined) continue;
      const { tile, seal } = parsed;
      if (found.has(tile) && (seal === undefined || sealed.has(tile))) continue;
      found.set(tile, file);
      if (seal !== undefined) sealed.add(tile);
    }
    return found;
  }

  /**
   * Values of a finished tile, [kernels][rows][columns].
   *
   * @throws DamagedTileError if the file's bytes are not those that were written for this place, or not those of a
   * kernel; the signal's reason.
   */
  async read(storeTile: StoreTile, file: string, signal?: AbortSignal): Promise<Float32Array> {
    return (await this.readChecked(storeTile, file, signal)).values;
  }

  /** Takes a tile from another store of the same computation. @throws as `read`, of the source; OutputError. */
  async adopt(storeTile: StoreTile, source: TileStore, file: string, signal?: AbortSignal): Promise<void> {
    const { content, sha256 } = await source.readChecked(storeTile, file, signal);
    await this.writeFile(storeTile, sha256, [content]);
  }

  private async readChecked(storeTile: StoreTile, file: string, signal?: AbortSignal) {
    const { tile } = storeTile;
    const { sha256: expected, seal } = parseTileFile(file)!;
    const content = await this.readWhole(storeTile, file, signal);
    const actual = await sha256Of([content], signal);
    if (actual !== expected) throw new DamagedTileError(file, `SHA-256 is ${actual}, not ${expected}`);
    if (seal === undefined ? this.computation.formatVersion > 1 : seal !== this.sealOf(storeTile, actual)) {
      const found = seal === undefined ? 'no seal' : 'the seal of another tile';
      throw new DamagedTileError(
        file,
        `its name has ${found}: it was not written for ${storeTile.name} of this computation`,
      );
    }
    const data = this.decode(file, content, tile);
    const problem = valuesProblem(storeTile, data);
    if (problem !== undefined) throw new DamagedTileError(file, `is no part of a kernel: ${problem}`);
    if (seal === undefined && hasOnlyZeros(storeTile, data))
      throw new DamagedTileError(file, 'holds zeros only, and no seal says that they were computed');
    return { content, sha256: actual, values: data };
  }

  /** Writes a finished tile, whole or not at all. @throws OutputError; StoreError if it is no part of a kernel. */
  async write(storeTile: StoreTile, values: readonly Float32Array[]): Promise<void> {
    const { name, tile } = storeTile;
    for (const [kernel, one] of values.entries()) {
      const problem = valuesProblem(storeTile, one);
      if (problem !== undefined)
        throw new StoreError(`${name} of ${this.computation.kernels[kernel].name}: ${problem}`);
    }
    const header = npyHeader(`${NATIVE_ORDER}f4`, [values.length, tile.rows, tile.columns]);
    const parts = [
      header,
      ...values.map((one) => new Uint8Array(one.buffer, one.byteOffset, one.byteLength)),
    ];
    await this.writeFile(storeTile, await sha256Of(parts), parts);
  }

  private async writeFile({ name }: StoreTile, sha256: string, parts: readonly Uint8Array[]): Promise<void> {
    await writeAtomically(join(this.tilesFolder, tileFile(this.computation, name, sha256)), parts);
  }

  /** Takes a damaged tile out of the computation; it stays in the folder as `damaged-…` for whoever wants to look. */
  async setAside(file: string): Promise<void> {
    const path = join(this.tilesFolder, file);
    const aside = join(this.tilesFolder, `damaged-${file}`);
    try {
      // Two folders of one name, or a folder and a file, do not replace each other.
      const isTaken = await lstat(aside).catch(() => undefined);
      await rename(path, isTaken ? `${aside}.${PROCESS_TOKEN}-${performance.now()}` : aside);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw new OutputError(path, error);
    }
  }

  /** Removes what killed writers of a tile left behind. */
  async removePartial(name: string): Promise<void> {
    const nowMs = await storeTimeMs(this.folder);
    const isMeant = (file: string) => isTemporary(file) && file.startsWith(`.${name}.`);
    await removeLeftovers(this.tilesFolder, isMeant, { nowMs });
  }

  /** What finished tiles take on the disk. */
  async sizeBytes(): Promise<number> {
    const { blocks, tileImages } = this.computation;
    let total = 0;
    for (const name of (await this.finished()).keys()) {
      const { tile } = tileNamed(name, blocks, tileImages)!;
      total += this.tileBytes(tile);
    }
    return total;
  }

  private sealOf({ name }: StoreTile, hash: string): string {
    return sealOf(this.computation, name, hash);
  }

  /** The bytes of a tile's file, of which it has the right number. */
  private async readWhole({ tile }: StoreTile, file: string, signal?: AbortSignal): Promise<Uint8Array> {
    const handle = await openRegular(join(this.tilesFolder, file)).catch((error: unknown) => {
      throw unreadable(file, error);
    });
    try {
      const sizeBytes = this.tileBytes(tile);
      const { size } = await handle.stat();
      if (size !== sizeBytes) throw new DamagedTileError(file, `${size} bytes, not ${sizeBytes}`);
      const content = new Uint8Array(sizeBytes);
      for (let done = 0; done < sizeBytes;) {
        signal?.throwIfAborted();
        const length = Math.min(CHUNK_BYTES, sizeBytes - done);
        const { bytesRead } = await handle.read(content, done, length, done).catch((error: unknown) => {
          throw unreadable(file, error);
        });
        if (bytesRead === 0) throw new DamagedTileError(file, `${done} bytes, not ${sizeBytes}`);
        done += bytesRead;
      }
      return content;
    } finally {
      await handle.close();
    }
  }

  private decode(file: string, content: Uint8Array, tile: StoreTile['tile']): Float32Array {
    const wanted = [this.computation.kernels.length, tile.rows, tile.columns];
    let found: ReturnType<typeof parseNpy>;
    try {
      found = parseNpy(content, file);
    } catch (error) {
      throw new DamagedTileError(file, `is no .npy file: ${(error as Error).message}`);
    }
    if (!(found.data instanceof Float32Array) || found.shape.join() !== wanted.join()) {
      throw new DamagedTileError(
        file,
        `holds ${found.shape.join('×')} of ${found.descr}, not ${wanted.join('×')} of float32`,
      );
    }
    return found.data;
  }

  private tileBytes({ rows, columns }: StoreTile['tile']): number {
    const kernels = this.computation.kernels.length;
    return npyHeader('<f4', [kernels, rows, columns]).length + 4 * kernels * rows * columns;
  }
}

/** @param where The function, for the message. @throws ArgumentError for anything but a store. */
export function assertStore(where: string, store: unknown): asserts store is TileStore {
  assertInstance(`${where}: store`, store, TileStore, 'TileStore.open(folder) or computeInStore');
}

/** The machine may lack what opening a file takes: that says nothing of the file. */
const MACHINE_CODES = ['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN'];

function unreadable(file: string, error: unknown): StoreError {
  const { code, message } = error as NodeJS.ErrnoException;
  if (MACHINE_CODES.includes(code ?? ''))
    return new StoreError(`${file}: cannot be read now: ${message}`, { cause: error });
  return new DamagedTileError(file, code === undefined ? message : `cannot be read: ${message}`);
}

async function sha256Of(parts: readonly Uint8Array[], signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  for (const part of parts) {
    for (let from = 0; from < part.length; from += CHUNK_BYTES) {
      if (from > 0) await turn();
      signal?.throwIfAborted();
      hash.update(part.subarray(from, from + CHUNK_BYTES));
    }
  }
  return hash.digest('hex');
}
