import { createWriteStream } from 'node:fs';
import { open, realpath, rename, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import { ArgumentError, assertArray, assertText } from '../checks/arguments.js';
import { className } from '../checks/class-name.js';
import { assertJobOptions } from '../progress/job-options.js';
import { orAborted } from '../signals/or-aborted.js';
import { OutputError } from '../files/atomic-file.js';
import { removeLeftovers, temporariesOf, temporaryFile } from '../files/leftovers.js';
import type { Block, StoreTile } from './grid.js';
import { MatrixFile } from './matrix-file.js';
import { DamagedTileError, StoreError, UnusableStoreError } from './store-error.js';
import { assertStore, type TileStore } from './tile-store.js';
import { Diagonals } from './tile-values.js';

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
 * @throws StoreError if tiles are missing; DamagedTileError; UnusableStoreError if a file would lie among the tiles;
 * OutputError; ArgumentError; the signal's reason.
 */
export async function exportMatrices(
  store: TileStore,
  matrices: readonly ExportedMatrix[],
  options: ExportOptions = {},
): Promise<void> {
  assertExport('exportMatrices', store, matrices, options);
  for (const { path } of matrices) {
    assertText('exportMatrices: path', path);
    await assertOutside(store, path);
  }
  await writeMatrices(store, matrices, options);
}

async function writeMatrices(
  store: TileStore,
  matrices: readonly ExportedMatrix[],
  { onProgress, signal }: ExportOptions,
): Promise<void> {
  const finished = await store.finished();
  const blocks = new Set(matrices.map(({ block }) => block.name));
  const tiles = store.tiles.filter(({ block }) => blocks.has(block.name));
  const missing = tiles.filter(({ name }) => !finished.has(name));
  if (missing.length > 0) {
    throw new StoreError(
      `${store.folder}: ${missing.length} of ${tiles.length} tiles are missing (${missing[0].name}, …); compute the same kernels into this folder again`,
    );
  }
  const diagonals = new Diagonals();
  const open = matrices.map((matrix) => ({
    ...matrix,
    file: new MatrixFile(matrix.path, matrix.block, signal),
  }));
  try {
    for (const { file } of open) await file.open();
    for (const [done, storeTile] of tiles.entries()) {
      const file = finished.get(storeTile.name)!;
      const values = await store.read(storeTile, file, signal);
      const contradiction = diagonals.add(storeTile, values);
      if (contradiction !== undefined) throw new DamagedTileError(file, contradiction.problem);
      await writeTile(storeTile, values, open);
      onProgress?.((done + 1) / tiles.length);
    }
    for (const { file } of open) await file.commit();
  } finally {
    for (const { file } of open) await file[Symbol.asyncDispose]();
  }
}

/** Writes a tile into the matrices of its block, at its place and at that of its mirror image. */
async function writeTile(
  { block, tile }: StoreTile,
  values: Float32Array,
  matrices: readonly { readonly block: Block; readonly kernel: number; readonly file: MatrixFile }[],
): Promise<void> {
  const size = tile.rows * tile.columns;
  for (const { block: wanted, kernel, file } of matrices) {
    if (wanted.name !== block.name) continue;
    const part = values.subarray(kernel * size, (kernel + 1) * size);
    await file.write(tile.firstRow, tile.firstColumn, tile.columns, part);
    if (block.name === 'train' && tile.firstRow !== tile.firstColumn)
      await file.write(tile.firstColumn, tile.firstRow, tile.rows, transpose(part, tile.columns));
  }
}

/**
 * The same matrices as one .npz archive, not compressed; its members are called as the .npy files.
 *
 * @throws as `exportMatrices`
 */
export async function exportArchive(
  store: TileStore,
  matrices: readonly Omit<ExportedMatrix, 'path'>[],
  path: string,
  options: ExportOptions = {},
): Promise<void> {
  assertExport('exportArchive', store, matrices, options);
  assertText('exportArchive: path', path);
  await assertOutside(store, path);
  await removeLeftovers(dirname(path), temporariesOf(path));
  const temporary = temporaryFile(path);
  const members = matrices.map((matrix) => ({ ...matrix, path: temporaryFile(path) }));
  try {
    await writeMatrices(store, members, options);
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
    await orAborted(
      handle.sync().finally(() => handle.close()),
      options.signal,
    );
    await rename(temporary, path);
  } catch (error) {
    options.signal?.throwIfAborted();
    throw 'syscall' in (error as Error) ? new OutputError(path, error) : error;
  } finally {
    for (const file of [temporary, ...members.map(({ path: member }) => member)])
      await rm(file, { force: true }).catch(() => undefined);
  }
}

/**
 * Reads every finished tile and checks it, and whether they belong together.
 *
 * @param tiles The tiles to read, in the order of the grid.
 * @returns what is wrong, by the name of the tile
 */
export async function verifyTiles(
  store: TileStore,
  tiles = store.tiles,
  { onProgress, signal }: ExportOptions = {},
): Promise<Map<string, DamagedTileError>> {
  const finished = await store.finished();
  const damaged = new Map<string, DamagedTileError>();
  const diagonals = new Diagonals();
  for (const [done, tile] of tiles.entries()) {
    signal?.throwIfAborted();
    const file = finished.get(tile.name);
    if (file === undefined) continue;
    try {
      const contradiction = diagonals.add(tile, await store.read(tile, file, signal));
      for (const name of contradiction?.tiles ?? [])
        damaged.set(name, new DamagedTileError(finished.get(name)!, contradiction!.problem));
    } catch (error) {
      if (!(error instanceof DamagedTileError)) throw error;
      damaged.set(tile.name, error);
    }
    onProgress?.((done + 1) / tiles.length);
  }
  return damaged;
}

function assertExport(where: string, store: unknown, matrices: unknown, options: unknown): void {
  assertStore(where, store);
  assertArray(`${where}: matrices`, matrices, 'matrices of the store, as matricesOf gives them,');
  for (const [index, matrix] of (matrices as readonly unknown[]).entries()) {
    const { block, kernel } = (matrix ?? {}) as Partial<ExportedMatrix>;
    const { blocks, kernels } = store.computation;
    if (blocks.some(({ name }) => name === block?.name) && kernel !== undefined && kernel in kernels)
      continue;
    throw new ArgumentError(
      `${where}: matrices[${index}] is ${className(matrix)}; a matrix of ${store.folder} is wanted, as matricesOf gives them`,
    );
  }
  assertJobOptions(where, options, ['onProgress', 'signal']);
}

/** A result must not take the place of what it is made of. @throws UnusableStoreError */
async function assertOutside({ tilesFolder }: TileStore, path: string): Promise<void> {
  const real = (folder: string) => realpath(folder).catch(() => resolve(folder));
  if ((await real(dirname(path))) === (await real(tilesFolder)))
    throw new UnusableStoreError(`${path} lies among the tiles of the store; name a file elsewhere`);
}

/** values: [rows][columns]; return: [columns][rows]. */
function transpose(values: Float32Array, columns: number): Float32Array {
  const rows = values.length / columns;
  const mirrored = new Float32Array(values.length);
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++) mirrored[c * rows + r] = values[r * columns + c];
  return mirrored;
}
