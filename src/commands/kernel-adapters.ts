import { computeOnAllAdapters } from '../cluster/adapters.js';
import { MANIFEST, matricesOf, resultReport } from '../store/assembly.js';
import type { KernelInputs } from './options/kernel-inputs.js';
import type { KernelArguments } from './options/kernel-options.js';
import type { Progress } from './process/progress.js';
import { printData, printJson } from './process/streams.js';

/** The value of --adapter that means every adapter of the machine. */
export const ALL = 'all';

/** `cntk kernel --adapter all`: this command once more for each adapter. */
export async function kernelOnAllAdapters(
  args: KernelArguments,
  inputs: Pick<KernelInputs, 'report'>,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const words = withoutOptions(process.argv.slice(2), ['--adapter', '--shard', '--json', '--quiet']);
  const { index: share, count } = args.shard ?? { index: 1, count: 1 };
  const job = {
    folder: args.out,
    program: (adapter: string, index: number) => [
      ...[process.execPath, process.argv[1], ...words, '--adapter', adapter, '--shard', `${share}/${count}`],
      // The first one shows its progress for all.
      ...(index === 0 && !args.quiet ? [] : ['--quiet']),
    ],
    assembles: args.shard === undefined,
    verbose: args.verbose,
    describe: (store: Parameters<typeof resultReport>[0], adapters: readonly string[]) => ({
      ...resultReport(store),
      ...inputs.report,
      adapters,
      warnings: progress.warnings,
    }),
  };
  const { store, result } = await computeOnAllAdapters(job, { reporter: progress, signal });
  if (args.json) printJson(result);
  else
    printData(
      [...matricesOf(store).map(({ file }) => file), MANIFEST].map((f) => `${args.out}/${f}`).join('\n'),
    );
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
