import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Argv, CommandModule, InferredOptionTypes } from 'yargs';
import { OutputError, writeAtomically } from '../files/atomic-file.js';
import { makeFolder } from '../files/make-folder.js';
import { readComputation } from '../store/computation.js';
import { matrixFile } from '../store/export.js';
import { shardTiles } from '../store/grid.js';
import { TileStore } from '../store/tile-store.js';
import { shellCommand, shellWord } from '../text/shell-words.js';
import { finishScript, shardScript, type SlurmJob } from '../cluster/slurm-scripts.js';
import { channelName, validateChannels } from '../kernel/validate-channels.js';
import { channelsOf } from './options/channel-options.js';
import { reportOptions } from './options/common-options.js';
import { UsageError } from './process/errors.js';
import { withInterruption } from './process/interruption.js';
import { computationOptions } from './options/kernel-options.js';
import {
  defineOptions,
  flag,
  integer,
  optional,
  required,
  text,
  textList,
  withDefault,
} from './options/options.js';
import { printData, printJson } from './process/streams.js';

const SLURM = 'Slurm:';

const options = {
  ...computationOptions,
  shards: required(integer(SLURM, 'Tasks of the job array; tiles are shared out by pairs of images', 1)),
  gres: optional(text(SLURM, 'What a task needs, such as gpu:1')),
  sbatch: optional(textList(SLURM, 'More options of sbatch for all jobs, as --sbatch=--partition=gpu')),
  retries: withDefault(integer(SLURM, 'How often a task that failed goes back into the queue', 0), '3'),
  submit: flag(SLURM, 'Submit the jobs: of shards only those that lack tiles'),
  labels: optional(text(SLURM, 'Labels of --images: solve when the matrices are there')),
  'test-labels': optional(text(SLURM, 'Labels of --test, for the accuracy')),
  ridge: withDefault(text(SLURM, 'For the solve, as in cntk solve'), '0'),
  ...reportOptions,
};

type SlurmArguments = InferredOptionTypes<typeof options>;

/** sbatch is missing, or it refuses a job. */
class SlurmError extends Error {
  override readonly name = 'SlurmError';
}

export const slurmCommand: CommandModule<object, SlurmArguments> = {
  command: 'slurm',
  describe: 'Write, and submit, a Slurm job array whose tasks compute shares of a kernel on a shared folder',
  builder: (argv: Argv) =>
    defineOptions(argv, options)
      .example('$0 slurm --images x.npy --depth 11 --out kernels --shards 8 --gres gpu:1 --submit', '')
      .example(
        '$0 slurm --images x.npy --test z.npy --depth 11 --out kernels --shards 64 --labels y.npy --test-labels z-labels.npy',
        '',
      ),
  handler: (args) => withInterruption(() => slurm(args)),
};

async function slurm(args: SlurmArguments): Promise<void> {
  const channels = channelsOf(args);
  validateChannels(channels, { height: 1, width: 1 });
  if (args.out.endsWith('.npy')) throw new UsageError(`--out ${args.out} is a file; shards need a folder`);
  const broken = [...(args.sbatch ?? []), args.gres ?? ''].find((option) => /[\n\r]/.test(option));
  if (broken !== undefined)
    throw new UsageError(`${JSON.stringify(broken)}: an option of sbatch stands on one line`);
  const [test, test2] = [args.test, args['test-labels']];
  if (test2 !== undefined && (test === undefined || args.labels === undefined))
    throw new UsageError('--test-labels needs --test and --labels');
  if (args.labels !== undefined && (channels.length > 1 || args.against !== undefined))
    throw new UsageError(
      '--labels solves with one kernel of the images; ask for one depth and read-out, and use --test instead of --against',
    );
  const out = resolve(args.out);
  const kernelName = channelName(channels[0]);
  const matrix = (name: 'train' | 'test') => join(out, matrixFile({ name, rows: 0, columns: 0 }, kernelName));
  const job: SlurmJob = {
    program: [process.execPath, resolve(process.argv[1])],
    kernel: kernelWords(args, out),
    out,
    shards: args.shards,
    gres: args.gres,
    options: args.sbatch ?? [],
    retries: args.retries,
    solve:
      args.labels === undefined
        ? undefined
        : [
            ...['--kernel', matrix('train'), '--labels', pathOf(args.labels)],
            ...optionWords('ridge', args.ridge),
            ...(test ? ['--test-kernel', matrix('test')] : []),
            ...(test2 ? ['--test-labels', pathOf(test2)] : []),
            ...['--out', join(out, 'solution')],
          ],
  };
  const files = { shards: join(out, 'slurm/shards.sh'), finish: join(out, 'slurm/finish.sh') };
  await makeFolder(join(out, 'slurm')).catch((error: unknown) => {
    throw new OutputError(out, error);
  });
  await writeAtomically(files.shards, [shardScript(job)]);
  await writeAtomically(files.finish, [finishScript(job)]);

  const array = arrayOf(await unfinishedShards(out, args.shards));
  const submitted = args.submit ? await submit(files, array) : undefined;
  if (args.json) printJson({ ...files, array, ...submitted });
  else
    printData(
      submitted
        ? `shards ${array || 'none'}: job ${submitted.arrayJob ?? '-'}; then job ${submitted.finishJob} merges, verifies${job.solve ? ' and solves' : ''}; logs in ${out}/slurm`
        : [
            ...(array ? [`job=$(sbatch --parsable --array=${array} ${shellWord(files.shards)})`] : []),
            `sbatch ${array ? '--dependency=afterany:$job ' : ''}${shellWord(files.finish)}`,
          ].join('\n'),
    );
}

/** Runs after all shards whatever became of them: what is missing, it says. */
async function submit({ shards, finish }: { shards: string; finish: string }, array: string) {
  const arrayJob = array === '' ? undefined : await sbatch(`--array=${array}`, shards);
  const finishJob = await sbatch(...(arrayJob ? [`--dependency=afterany:${arrayJob}`] : []), finish);
  return { arrayJob, finishJob };
}

async function sbatch(...words: string[]): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)('sbatch', ['--parsable', ...words]);
    return stdout.trim().split(';')[0];
  } catch (error) {
    const { code, stderr } = error as NodeJS.ErrnoException & { stderr?: string };
    throw new SlurmError(
      code === 'ENOENT'
        ? 'there is no sbatch on this machine; run without --submit, and submit the scripts where Slurm is'
        : `${shellCommand(['sbatch', ...words])}: ${stderr?.trim() || (error as Error).message}`,
    );
  }
}

/** Shards that lack tiles: all, where there is no store yet. */
async function unfinishedShards(out: string, count: number): Promise<number[]> {
  const all = Array.from({ length: count }, (_, at) => at + 1);
  if ((await readComputation(out)) === undefined) return all;
  const store = await TileStore.open(out);
  const finished = await store.finished();
  return all.filter((index) =>
    shardTiles(store.tiles, { index, count }).some(({ name }) => !finished.has(name)),
  );
}

/** `1-3,7` */
function arrayOf(indices: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const index of indices) {
    const last = ranges.at(-1);
    if (last?.[1] === index - 1) last[1] = index;
    else ranges.push([index, index]);
  }
  return ranges.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(',');
}

/** The options of `cntk kernel` again, as words. */
function kernelWords(args: SlurmArguments, out: string): string[] {
  const words: string[] = [];
  for (const name of Object.keys(computationOptions) as (keyof typeof computationOptions)[]) {
    const value = args[name];
    if (value === undefined || value === false) continue;
    if (name === 'out') words.push('--out', out);
    else if (name === 'images' || name === 'against' || name === 'test') {
      words.push(`--${name}`, ...(value as readonly string[]).map(pathOf));
    } else if (value === true) words.push(`--${name}`);
    else words.push(...optionWords(name, String(value)));
  }
  return words;
}

/** A value that begins with a dash would be read as an option. */
function optionWords(name: string, value: string): string[] {
  return value.startsWith('-') ? [`--${name}=${value}`] : [`--${name}`, value];
}

/** Absolute; of `file.npz:array` the part before the colon is the path, so both may be resolved as one. */
function pathOf(path: string): string {
  return resolve(path);
}
