import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { OutputError } from '../../files/atomic-file.js';
import { Claims, removeStoreLeftovers, storeTimeMs } from '../../files/claims.js';
import { exportMatrices, matrixFile, type ExportedMatrix } from '../../store/export.js';
import { StagingFolder } from '../../store/staging.js';
import type { TileStore } from '../../store/tile-store.js';
import { pairCount } from '../../kernel/plan.js';
import { assertSpace } from '../../files/disk-space.js';
import { UsageError } from '../process/errors.js';
import type { Progress } from '../process/progress.js';
import { formatJson } from '../process/streams.js';

export const MANIFEST = 'manifest.json';

/** Claimed by the process that puts the matrices together. */
const ASSEMBLY = 'assembly';
const LOOK_MS = 200;
/** A short wait needs no words. */
const LOOKS_UNTIL_NOTE = 10;

/** Every matrix of a store: those of the first block, then those of the test block. */
export function matricesOf(store: TileStore): (Omit<ExportedMatrix, 'path'> & { file: string })[] {
  const { blocks, kernels } = store.computation;
  return blocks.flatMap((block) =>
    kernels.map((kernel, index) => ({ block, kernel: index, file: matrixFile(block, kernel.name) })),
  );
}

/** What the manifest of results says, whoever assembles them. */
export function resultReport(store: TileStore) {
  const { kernels, blocks, imageShape, normalization, version, adapter } = store.computation;
  const [{ rows, columns }] = blocks;
  return {
    shape: [rows, columns],
    dtype: 'float32',
    kernels: matricesOf(store).map(({ file, kernel, block }) => ({
      file,
      ...(block.name === 'test' ? { block: block.name, shape: [block.rows, block.columns] } : {}),
      ...kernels[kernel],
    })),
    imageShape,
    normalization,
    pairs: blocks.reduce((sum, block) => sum + pairCount({ ...block, symmetric: block.name === 'train' }), 0),
    device: adapter,
    version,
  };
}

/**
 * Writes NAME.npy of every kernel and the manifest into the folder of a complete store; one process at a time. One that
 * stood still for so long that another took its claim over does no harm: it has a folder of its own to work in, and
 * puts nothing in its place before it has the claim again.
 *
 * @throws as `exportMatrices`; UsageError if something else has the name of a result.
 */
export async function assemble(
  store: TileStore,
  report: object,
  { progress, signal, leaseMs }: { progress: Progress; signal: AbortSignal; leaseMs?: number },
): Promise<void> {
  const matrices = matricesOf(store);
  const names = matrices.map(({ file }) => file);
  await assertFree(store.folder, [...names, MANIFEST]);
  await using claims = await Claims.open(store.folder, leaseMs);
  await claimAssembly(claims, progress, signal);
  const nowMs = await storeTimeMs(store.folder);
  await using staging = await StagingFolder.make(store.folder, nowMs);
  const sizeBytes = matrices.reduce((sum, { block }) => sum + 128 + 4 * block.rows * block.columns, 2 ** 12);
  await assertSpace(staging.path, sizeBytes).catch((error: unknown) => {
    throw new OutputError(store.folder, error);
  });
  progress.begin('matrices');
  await exportMatrices(
    store,
    matrices.map((matrix) => ({ ...matrix, path: staging.file(matrix.file) })),
    { signal, onProgress: (fraction) => progress.update(fraction, '') },
  );
  if (!(await claims.holds(ASSEMBLY))) await claimAssembly(claims, progress, signal);
  await removeStoreLeftovers(store.folder, ASSEMBLY);
  await staging.commit(names, MANIFEST, formatJson(report));
  progress.end();
}

async function claimAssembly(claims: Claims, progress: Progress, signal: AbortSignal): Promise<void> {
  for (let looks = 0; (await claims.claim(ASSEMBLY)) === 'others'; looks++) {
    signal.throwIfAborted();
    if (looks === LOOKS_UNTIL_NOTE)
      progress.note('waiting for another process that puts the matrices together');
    await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined);
  }
}

/** @throws UsageError */
async function assertFree(folder: string, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const file = join(folder, name);
    if ((await lstat(file).catch(() => undefined))?.isDirectory())
      throw new UsageError(`${file} is a folder, but a result has that name; use another --out`);
  }
}
