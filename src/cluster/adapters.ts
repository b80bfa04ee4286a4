import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { ArgumentError, assertArray, assertFlag, assertKeys, assertText } from '../checks/arguments.js';
import { className } from '../checks/class-name.js';
import { assertJobOptions } from '../progress/job-options.js';
import { SILENT, type Reporter } from '../progress/reporter.js';
import { assembleMatrices, resultReport } from '../store/assembly.js';
import { tellingWhatIsKept } from '../store/kept-tiles.js';
import { TileStore } from '../store/tile-store.js';
import { ENDS_WITH_PARENT } from './child-process.js';

/** Some of the processes failed, and tiles are missing. */
export class AdaptersError extends Error {
  override readonly name = 'AdaptersError';
}

/** A computation in a store that several processes share. */
export interface AdaptersJob<R extends object> {
  /** The folder of the store. */
  readonly folder: string;
  /**
   * The words that start the process of an adapter: a program, and its arguments. The process computes into the store
   * on the adapter of this name, and writes no matrices, as `computeInStore` does with `shard: { index: 1, count: 1 }`;
   * it ends with status 0 when all its tiles are there. Its stderr is that of this process. It is connected by Node's
   * channel, so that `process.on('disconnect', …)` tells it of this process's end.
   *
   * @param index From 0.
   */
  readonly program: (adapter: string, index: number) => readonly string[];
  /** Whether the matrices are written when the processes have ended, and all tiles must be there then; by default so. */
  readonly assembles?: boolean;
  /** Shows the driver's own messages. */
  readonly verbose?: boolean;
  /** What the manifest of the matrices says; by default `resultReport` and the names of the adapters. */
  readonly describe?: (store: TileStore, adapters: readonly string[]) => R;
}

export interface AdaptersOptions {
  readonly reporter?: Reporter;
  readonly signal?: AbortSignal;
}

/** What became of a computation on all adapters. */
export interface AdaptersResult<R> {
  readonly store: TileStore;
  /** The names of the adapters. */
  readonly adapters: readonly string[];
  /** What the manifest says. */
  readonly result: R;
}

/**
 * One process per adapter on one store: hardware adapters, or where there is none the software ones. Each takes the
 * tiles that no other has; this process assembles the matrices. Adapters of the same name count as one.
 *
 * @throws AdaptersError if tiles are missing when all processes have ended; AdapterError if there is no adapter; what
 * `assembleMatrices` throws; ArgumentError.
 */
export async function computeOnAllAdapters<R extends object = object>(
  job: AdaptersJob<R>,
  options: AdaptersOptions = {},
): Promise<AdaptersResult<R>> {
  assertAdaptersJob(job);
  assertJobOptions('computeOnAllAdapters', options, ['reporter', 'signal']);
  const { reporter = SILENT, signal } = options;
  signal?.throwIfAborted();
  // Dawn is a native library, and takes its time.
  const { listAdapters } = await import('../gpu/dawn/adapters.js');
  const adapters = await listAdapters({ verbose: job.verbose });
  const hardware = adapters.filter(({ software }) => !software);
  const names = [...new Set((hardware.length > 0 ? hardware : adapters).map(({ name }) => name))];
  const failed: string[] = [];
  await Promise.all(
    names.map(async (name, index) => {
      reporter.note(`process ${index + 1}: ${name}`);
      const words = job.program(name, index);
      assertArray('computeOnAllAdapters: what program gives', words, 'words');
      const status = await runProcess(words, signal);
      if (status !== 0) failed.push(`${name} (status ${status})`);
    }),
  );
  return tellingWhatIsKept(job.folder, reporter, () => finish(job, names, failed, reporter, signal));
}

function assertAdaptersJob(job: AdaptersJob<object>): void {
  const where = 'computeOnAllAdapters';
  assertKeys(where, job, ['folder', 'program', 'assembles', 'verbose', 'describe']);
  const { folder, program, assembles, verbose, describe } = job;
  assertText(`${where}: folder`, folder);
  if (assembles !== undefined) assertFlag(`${where}: assembles`, assembles);
  if (verbose !== undefined) assertFlag(`${where}: verbose`, verbose);
  for (const [name, value] of Object.entries<unknown>({ program, describe: describe ?? described })) {
    if (typeof value !== 'function')
      throw new ArgumentError(`${where}: ${name} is ${className(value)}; a function is wanted`);
  }
}

/** Puts the matrices together, if the processes have computed all tiles. */
async function finish<R extends object>(
  { folder, assembles = true, describe }: AdaptersJob<R>,
  names: readonly string[],
  failed: readonly string[],
  reporter: Reporter,
  signal: AbortSignal | undefined,
): Promise<AdaptersResult<R>> {
  signal?.throwIfAborted();
  const store = await TileStore.open(folder);
  const missing = store.tileCount - (await store.finished()).size;
  if (assembles && missing > 0) {
    throw new AdaptersError(
      `${failed.length > 0 ? `${failed.join(', ')} failed` : 'the processes have ended'}; ${missing} of ${store.tileCount} tiles are missing; the same computation goes on from there`,
    );
  }
  if (failed.length > 0) reporter.warn(`${failed.join(', ')} failed; others did its tiles`);
  const result = (describe ?? described)(store, names) as R;
  if (assembles) await assembleMatrices(store, result, { reporter, signal });
  return { store, adapters: names, result };
}

const described = (store: TileStore, adapters: readonly string[]): object => ({
  ...resultReport(store),
  adapters,
});

/** @returns the status of a process that ends with this one. */
async function runProcess(
  [file, ...words]: readonly string[],
  signal: AbortSignal | undefined,
): Promise<number> {
  const child = spawn(file, words, {
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
