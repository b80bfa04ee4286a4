import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { SILENT, type Reporter } from '../progress/reporter.js';
import { assembleMatrices } from '../store/assembly.js';
import type { Shard } from '../store/grid.js';
import { tellingWhatIsKept } from '../store/kept-tiles.js';
import { TileStore } from '../store/tile-store.js';
import { ENDS_WITH_PARENT } from './child-process.js';

/** Some of the processes failed, and tiles are missing. */
class AdaptersError extends Error {
  override readonly name = 'AdaptersError';
}

/** A computation in a store that several processes share. */
export interface AdaptersJob<R extends object> {
  /** The folder of the store. */
  readonly folder: string;
  /** Words that run `cntk kernel` on it, but for --adapter, --shard, --quiet and --json. */
  readonly program: readonly string[];
  /** Computes only these tiles, and writes no matrices. */
  readonly shard?: Shard;
  /** Whether the first of the processes shows its progress on stderr. */
  readonly isShown: boolean;
  /** Shows the driver's own messages. */
  readonly verbose?: boolean;
  /** What the manifest of the matrices says, when all tiles are there. */
  readonly describe: (store: TileStore, adapters: readonly string[]) => R;
}

/**
 * One process per adapter on one store: hardware adapters, or where there is none the software ones. Each takes the
 * tiles that no other has; this process assembles the matrices. Adapters of the same name count as one.
 *
 * @throws AdaptersError if tiles are missing when all processes have ended; what `assembleMatrices` throws.
 */
export async function computeOnAllAdapters<R extends object>(
  job: AdaptersJob<R>,
  { reporter = SILENT, signal }: { readonly reporter?: Reporter; readonly signal?: AbortSignal } = {},
): Promise<{ readonly store: TileStore; readonly result: R }> {
  // Dawn is a native library, and takes its time.
  const { listAdapters } = await import('../gpu/dawn/adapters.js');
  const adapters = await listAdapters({ verbose: job.verbose });
  const hardware = adapters.filter(({ software }) => !software);
  const names = [...new Set((hardware.length > 0 ? hardware : adapters).map(({ name }) => name))];
  const failed: string[] = [];
  await Promise.all(
    names.map(async (name, index) => {
      reporter.note(`process ${index + 1}: ${name}`);
      const status = await runOn(name, job, job.isShown && index === 0, signal);
      if (status !== 0) failed.push(`${name} (status ${status})`);
    }),
  );
  return tellingWhatIsKept(job.folder, reporter, () => finish(job, names, failed, reporter, signal));
}

/** Puts the matrices together, if the processes have computed all tiles. */
async function finish<R extends object>(
  { folder, shard, describe }: AdaptersJob<R>,
  names: readonly string[],
  failed: readonly string[],
  reporter: Reporter,
  signal: AbortSignal | undefined,
) {
  signal?.throwIfAborted();
  const store = await TileStore.open(folder);
  const missing = store.tileCount - (await store.finished()).size;
  if (shard === undefined && missing > 0) {
    throw new AdaptersError(
      `${failed.join(', ')} failed; ${missing} of ${store.tileCount} tiles are missing; the same computation goes on from there`,
    );
  }
  if (failed.length > 0) reporter.warn(`${failed.join(', ')} failed; others did its tiles`);
  const result = describe(store, names);
  if (shard === undefined) await assembleMatrices(store, result, { reporter, signal });
  return { store, result };
}

/** The same command on one adapter, without the final matrices. */
async function runOn(
  name: string,
  { program, shard = { index: 1, count: 1 } }: Pick<AdaptersJob<object>, 'program' | 'shard'>,
  isShown: boolean,
  signal: AbortSignal | undefined,
): Promise<number> {
  const [file, ...words] = program;
  const options = ['--adapter', name, '--shard', `${shard.index}/${shard.count}`];
  const child = spawn(file, [...words, ...options, ...(isShown ? [] : ['--quiet'])], {
    // The channel closes when this process ends, however it does: its children hear that and end too.
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { ...process.env, [ENDS_WITH_PARENT]: '1' },
  });
  const end = () => child.kill('SIGTERM');
  signal?.addEventListener('abort', end);
  try {
    const [status] = (await once(child, 'close')) as [number | null];
    return status ?? 1;
  } finally {
    signal?.removeEventListener('abort', end);
  }
}
