import { lstat, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ArgumentError, assertCount } from '../checks/arguments.js';
import { className } from '../checks/class-name.js';
import { OutputError, writeAtomically } from '../files/atomic-file.js';
import { Claims, removeStoreLeftovers, storeTimeMs } from '../files/claims.js';
import { isTemporary, removeLeftovers } from '../files/leftovers.js';
import { Staging } from '../files/staging.js';
import { exportMatrices, matrixFile, type ExportedMatrix } from './export.js';
import { assertStore, type TileStore } from './tile-store.js';
import { pairCount } from '../kernel/gram-shape.js';
import { assertJobOptions } from '../progress/job-options.js';
import { SILENT, type Reporter } from '../progress/reporter.js';
import { UnusableStoreError } from './store-error.js';
import { formatJson } from '../files/format-json.js';

export const MANIFEST = 'manifest.json';

/** Claimed by the process that puts the matrices together. */
const ASSEMBLY = 'assembly';
const LOOK_MS = 200;
/** A short wait needs no words. */
const LOOKS_UNTIL_NOTE = 10;

/** A matrix of a store, and the name that its file has where results are written. */
export interface StoredMatrix extends Omit<ExportedMatrix, 'path'> {
  readonly file: string;
}

/** Every matrix of a store: those of the first block, then those of the test block. @throws ArgumentError */
export function matricesOf(store: TileStore): StoredMatrix[] {
  assertStore('matricesOf', store);
  const { blocks, kernels } = store.computation;
  return blocks.flatMap((block) =>
    kernels.map((kernel, index) => ({ block, kernel: index, file: matrixFile(block, kernel.name) })),
  );
}

/** What the manifest of results says, whoever assembles them. @throws ArgumentError */
export function resultReport(store: TileStore) {
  assertStore('resultReport', store);
  const { kernels, blocks, imageShape, normalization, version, adapter, inputs } = store.computation;
  const [{ rows, columns }] = blocks;
  return {
    shape: [rows, columns],
    dtype: 'float32',
    kernels: matricesOf(store).map(({ file, kernel, block }) => ({
      file,
      ...(block.name === 'test' ? { block: block.name, shape: [block.rows, block.columns] } : {}),
      ...kernels[kernel],
    })),
    ...inputs,
    imageShape,
    normalization,
    pairs: blocks.reduce((sum, block) => sum + pairCount({ ...block, symmetric: block.name === 'train' }), 0),
    device: adapter,
    version,
  };
}

export interface AssemblyOptions {
  readonly reporter?: Reporter;
  readonly signal?: AbortSignal;
  /** After this time without a sign of life another process that writes them counts as dead. */
  readonly leaseMs?: number;
}

/**
 * Writes NAME.npy of every kernel and the manifest into the folder of a complete store; one process at a time. One that
 * stood still for so long that another took its claim over does no harm: it has a folder of its own to work in, and
 * puts nothing in its place before it has the claim again.
 *
 * @param report What the manifest says, by default `resultReport`.
 * @throws as `exportMatrices`; UnusableStoreError if something else has the name of a result.
 */
export async function assembleMatrices(
  store: TileStore,
  report: object = resultReport(store),
  options: AssemblyOptions = {},
): Promise<void> {
  assertStore('assembleMatrices', store);
  if (typeof report !== 'object' || (report as unknown) === null || Array.isArray(report))
    throw new ArgumentError(`assembleMatrices: report is ${className(report)}; a plain object is wanted`);
  assertJobOptions('assembleMatrices', options, ['reporter', 'signal', 'leaseMs']);
  const { reporter = SILENT, signal, leaseMs } = options;
  if (leaseMs !== undefined) assertCount('assembleMatrices: leaseMs', leaseMs);
  const matrices = matricesOf(store);
  const names = matrices.map(({ file }) => file);
  await assertFree(store.folder, [...names, MANIFEST]);
  await using claims = await Claims.open(store.folder, leaseMs);
  await claimAssembly(claims, reporter, signal);
  const nowMs = await storeTimeMs(store.folder);
  await removeLeftovers(store.folder, isTemporary, { nowMs });
  const sizeBytes = matrices.reduce((sum, { block }) => sum + 128 + 4 * block.rows * block.columns, 2 ** 12);
  const failed = (error: unknown): never => {
    throw new OutputError(store.folder, error);
  };
  await using staging = await Staging.make(store.folder, { inside: true, sizeBytes }).catch(failed);
  reporter.phase('matrices');
  await exportMatrices(
    store,
    matrices.map((matrix) => ({ ...matrix, path: staging.file(matrix.file) })),
    { signal, onProgress: (fraction) => reporter.update(fraction) },
  );
  if (!(await claims.holds(ASSEMBLY))) await claimAssembly(claims, reporter, signal);
  await removeStoreLeftovers(store.folder, ASSEMBLY);
  await writeAtomically(staging.file(MANIFEST), [formatJson(report)]);
  // The manifest comes last, and an older one goes first: a folder that holds one holds all that belongs to it.
  await rm(join(store.folder, MANIFEST), { force: true }).catch(failed);
  await staging.moveTo(store.folder, [...names, MANIFEST]).catch(failed);
  reporter.end();
}

async function claimAssembly(claims: Claims, reporter: Reporter, signal?: AbortSignal): Promise<void> {
  for (let looks = 0; (await claims.claim(ASSEMBLY)) === 'others'; looks++) {
    signal?.throwIfAborted();
    if (looks === LOOKS_UNTIL_NOTE)
      reporter.note('waiting for another process that puts the matrices together');
    await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined);
  }
}

/** @throws UnusableStoreError */
async function assertFree(folder: string, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const file = join(folder, name);
    if ((await lstat(file).catch(() => undefined))?.isDirectory())
      throw new UnusableStoreError(`${file} is a folder, but a result has that name; use another folder`);
  }
}
