import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { OutputError, writeAtomically } from '../atomic-file.js';
import { NATIVE_ORDER } from '../dtype.js';
import { npyHeader, parseNpy } from '../npy.js';
import {
  COMPUTATION_FILE,
  assertSameComputation,
  establishComputation,
  readComputation,
  type Computation,
} from './computation.js';
import { storeTiles, type StoreTile } from './grid.js';
import { DamagedTileError, StoreError } from './store-error.js';

const TILES_FOLDER = 'tiles';
const TILE_FILE = /^((?:train|test|cross)-\d+-\d+)\.([0-9a-f]{64})\.npy$/;

/**
 * A folder with one kernel computation: its manifest and its finished tiles.
 *
 * A tile is a .npy file of float32, [kernels][rows][columns], in the subfolder `tiles`. Its name holds the SHA-256 of the file, so that tile and checksum
 * appear in one rename, and `sha256sum` can check them: `train-0003-0001.0f…9a.npy`. Two processes that compute the
 * same tile write the same file.
 */
export class TileStore {
  /** In the order of computation. */
  readonly tiles: readonly StoreTile[];

  private constructor(
    readonly folder: string,
    readonly computation: Computation,
  ) {
    this.tiles = storeTiles(computation.blocks, computation.tileImages);
  }

  /** @throws StoreError if there is none, or it cannot be used. */
  static async open(folder: string): Promise<TileStore> {
    const computation = await readComputation(folder);
    if (computation === undefined) {
      throw new StoreError(
        `${folder}: is no kernel store (no ${COMPUTATION_FILE}); cntk kernel --out FOLDER makes one`,
      );
    }
    return new TileStore(folder, computation);
  }

  /**
   * The store of a computation in a folder, made if there is none. Of what is there already the grid stays.
   *
   * @throws StoreError if the folder holds another computation; OutputError if it cannot be written.
   */
  static async openOrCreate(folder: string, computation: Computation): Promise<TileStore> {
    const found = (await readComputation(folder)) ?? (await establishComputation(folder, computation));
    assertSameComputation(folder, found, computation);
    const store = new TileStore(folder, found);
    try {
      await mkdir(store.tilesFolder, { recursive: true });
    } catch (error) {
      throw new OutputError(store.tilesFolder, error);
    }
    return store;
  }

  get tilesFolder(): string {
    return join(this.folder, TILES_FOLDER);
  }

  /** Files of finished tiles by the tile's name. Nothing is read: `read` checks. */
  async finished(): Promise<Map<string, string>> {
    const found = new Map<string, string>();
    const names = await readdir(this.tilesFolder).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    });
    for (const file of names.sort()) {
      const name = TILE_FILE.exec(file)?.[1];
      if (name !== undefined && !found.has(name)) found.set(name, file);
    }
    return found;
  }

  /**
   * Values of a finished tile, [kernels][rows][columns].
   *
   * @throws DamagedTileError if the file's bytes are not those that were written.
   */
  async read({ tile }: StoreTile, file: string): Promise<Float32Array> {
    const path = join(this.tilesFolder, file);
    const content = await readFile(path).catch((error: unknown) => {
      throw new DamagedTileError(file, `cannot be read: ${(error as Error).message}`);
    });
    const expected = TILE_FILE.exec(file)![2];
    const actual = sha256([content]);
    if (actual !== expected) {
      const sizeBytes = this.tileBytes(tile.rows, tile.columns);
      throw new DamagedTileError(
        file,
        content.length === sizeBytes
          ? `SHA-256 is ${actual}, not ${expected}`
          : `${content.length} bytes, not ${sizeBytes}`,
      );
    }
    const { data, shape } = parseNpy(content, path);
    const wanted = [this.computation.kernels.length, tile.rows, tile.columns];
    if (!(data instanceof Float32Array) || shape.join() !== wanted.join()) {
      throw new DamagedTileError(file, `holds ${shape.join('×')}, not ${wanted.join('×')} of float32`);
    }
    return data;
  }

  /** Writes a finished tile, whole or not at all. @throws OutputError */
  async write({ name, tile }: StoreTile, values: readonly Float32Array[]): Promise<void> {
    const header = npyHeader(`${NATIVE_ORDER}f4`, [values.length, tile.rows, tile.columns]);
    const parts = [
      header,
      ...values.map((one) => new Uint8Array(one.buffer, one.byteOffset, one.byteLength)),
    ];
    await writeAtomically(join(this.tilesFolder, `${name}.${sha256(parts)}.npy`), parts);
  }

  /** Takes a damaged tile out of the computation; it stays in the folder as `damaged-…` for whoever wants to look. */
  async setAside(file: string): Promise<void> {
    const path = join(this.tilesFolder, file);
    try {
      await rename(path, join(this.tilesFolder, `damaged-${file}`));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw new OutputError(path, error);
    }
  }

  /** Removes what killed writers of a tile left behind. */
  async removePartial(name: string): Promise<void> {
    for (const file of await readdir(this.tilesFolder)) {
      if (file.startsWith(`.${name}.`)) await rm(join(this.tilesFolder, file), { force: true });
    }
  }

  /** Bytes on the disk, and what finished tiles take. */
  async sizeBytes(): Promise<number> {
    let total = 0;
    for (const file of (await this.finished()).values())
      total += (await stat(join(this.tilesFolder, file))).size;
    return total;
  }

  private tileBytes(rows: number, columns: number): number {
    const kernels = this.computation.kernels.length;
    return npyHeader('<f4', [kernels, rows, columns]).length + 4 * kernels * rows * columns;
  }
}

function sha256(parts: readonly Uint8Array[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}
