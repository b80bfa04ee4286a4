import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { TileStore } from '../../store/tile-store.js';
import { assemble, MANIFEST, matricesOf, resultReport } from './assembly.js';
import { loadNodeEntry } from '../process/device.js';
import type { KernelInputs } from '../options/kernel-inputs.js';
import type { KernelArguments } from '../options/kernel-options.js';
import { ENDS_WITH_PARENT } from '../process/interruption.js';
import type { Progress } from '../process/progress.js';
import { tellingWhatIsKept } from './stored-computation.js';
import { printData, printJson } from '../process/streams.js';

/** As the value of --adapter: every adapter of the machine. */
export const ALL = 'all';

/** Some of the processes failed, and tiles are missing. */
class AdaptersError extends Error {
  override readonly name = 'AdaptersError';
}

/**
 * One process per adapter on one store: hardware adapters, or where there is none the software ones. Each takes the
 * tiles that no other has; this process assembles the matrices. Adapters of the same name count as one.
 */
export async function kernelOnAllAdapters(
  args: KernelArguments,
  inputs: Pick<KernelInputs, 'report'>,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const { listAdapters } = await loadNodeEntry();
  const adapters = await listAdapters({ verbose: args.verbose });
  const hardware = adapters.filter(({ software }) => !software);
  const names = new Set((hardware.length > 0 ? hardware : adapters).map(({ name }) => name));
  const failed: string[] = [];
  await Promise.all(
    [...names].map(async (name, index) => {
      progress.note(`process ${index + 1}: ${name}`);
      const status = await runOn(name, args, index === 0, signal);
      if (status !== 0) failed.push(`${name} (status ${status})`);
    }),
  );
  await tellingWhatIsKept(args.out, () => finish(args, inputs, [...names], failed, progress, signal));
}

/** Puts the matrices together, if the processes have computed all tiles. */
async function finish(
  args: KernelArguments,
  inputs: Pick<KernelInputs, 'report'>,
  names: readonly string[],
  failed: readonly string[],
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  const store = await TileStore.open(args.out);
  const missing = store.tileCount - (await store.finished()).size;
  if (args.shard === undefined && missing > 0) {
    throw new AdaptersError(
      `${failed.join(', ')} failed; ${missing} of ${store.tileCount} tiles are missing; the same command goes on from there`,
    );
  }
  if (failed.length > 0) progress.warn(`${failed.join(', ')} failed; others did its tiles`);
  const report = {
    ...resultReport(store),
    ...inputs.report,
    adapters: names,
    warnings: progress.warnings,
  };
  if (args.shard === undefined) await assemble(store, report, { progress, signal });
  if (args.json) printJson(report);
  else
    printData(
      [...matricesOf(store).map(({ file }) => file), MANIFEST].map((f) => `${args.out}/${f}`).join('\n'),
    );
}

/** The same command on one adapter, without the final matrices; only one of them shows its progress. */
async function runOn(
  name: string,
  args: KernelArguments,
  isShown: boolean,
  signal: AbortSignal,
): Promise<number> {
  const { index, count } = args.shard ?? { index: 1, count: 1 };
  const words = withoutOptions(process.argv.slice(2), ['--adapter', '--shard', '--json', '--quiet']);
  const options = [
    '--adapter',
    name,
    '--shard',
    `${index}/${count}`,
    ...(isShown && !args.quiet ? [] : ['--quiet']),
  ];
  const child = spawn(process.execPath, [process.argv[1], ...words, ...options], {
    // The channel closes when this process ends, however it does: its children hear that and end too.
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { ...process.env, [ENDS_WITH_PARENT]: '1' },
  });
  const end = () => child.kill('SIGTERM');
  signal.addEventListener('abort', end);
  try {
    const [status] = (await once(child, 'close')) as [number | null];
    return status ?? 1;
  } finally {
    signal.removeEventListener('abort', end);
  }
}

/** Words of a command line without some options and their values. */
function withoutOptions(words: readonly string[], names: readonly string[]): string[] {
  const flags = ['--json', '--quiet'];
  return words.filter((word, at) => {
    const isOne = names.some((name) => word === name || word.startsWith(`${name}=`));
    const before = words[at - 1];
    const isValue = names.includes(before) && !flags.includes(before);
    return !isOne && !isValue;
  });
}
