import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Claims, removeLeftovers } from '../../data/store/claims.js';
import { exportMatrices, matrixFile, type ExportedMatrix } from '../../data/store/export.js';
import type { TileStore } from '../../data/store/tile-store.js';
import { pairCount } from '../../kernel/plan.js';
import { DestinationFolder } from './destination.js';
import type { Progress } from './progress.js';
import { formatJson } from './streams.js';

export const MANIFEST = 'manifest.json';

/** Claimed by the process that puts the matrices together. */
const ASSEMBLY = 'assembly';

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
 * Writes NAME.npy of every kernel and the manifest into the folder of a complete store; one process at a time.
 *
 * @throws as `exportMatrices`
 */
export async function assemble(
  store: TileStore,
  report: object,
  { progress, signal }: { progress: Progress; signal: AbortSignal },
): Promise<void> {
  await using claims = await Claims.open(store.folder);
  while ((await claims.claim(ASSEMBLY)) === 'others') {
    signal.throwIfAborted();
    await sleep(200);
  }
  // Of an assembly that was killed: no other is under way.
  for (const name of await readdir(store.folder)) {
    if (name.startsWith('.partial-'))
      await rm(join(store.folder, name), { recursive: true, force: true }).catch(() => undefined);
  }
  const matrices = matricesOf(store);
  const sizeBytes = matrices.reduce((sum, { block }) => sum + 128 + 4 * block.rows * block.columns, 2 ** 12);
  await using destination = await DestinationFolder.reserve(store.folder, {
    names: matrices.map(({ file }) => file),
    report: MANIFEST,
    sizeBytes,
    inputs: [],
    warn: (message) => progress.warn(message),
  });
  progress.begin('matrices');
  await exportMatrices(
    store,
    matrices.map((matrix) => ({ ...matrix, path: destination.file(matrix.file) })),
    { signal, onProgress: (fraction) => progress.update(fraction, '') },
  );
  await removeLeftovers(store.folder, ASSEMBLY);
  await destination.commit(formatJson(report));
  progress.end();
}
