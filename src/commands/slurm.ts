import { join, resolve } from 'node:path';
import type { Argv, InferredOptionTypes } from 'yargs';
import { matrixFile } from '../store/export.js';
import { shellWord } from '../text/shell-words.js';
import { submitSlurmScripts, writeSlurmScripts } from '../cluster/slurm.js';
import type { SlurmJob } from '../cluster/slurm-scripts.js';
import { requestName, validateRequests } from '../planning/kernel-request.js';
import { isNetworkFile } from '../network/network-kernel.js';
import { kernelsOf } from './options/kernel-list-options.js';
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
import type { CommandBody } from './options/lazy-command.js';

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

export const slurmCommand: CommandBody<SlurmArguments> = {
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
  const kernels = await kernelsOf(args);
  validateRequests(kernels);
  if (args.out.endsWith('.npy')) throw new UsageError(`--out ${args.out} is a file; shards need a folder`);
  const broken = [...(args.sbatch ?? []), args.gres ?? ''].find((option) => /[\n\r]/.test(option));
  if (broken !== undefined)
    throw new UsageError(`${JSON.stringify(broken)}: an option of sbatch stands on one line`);
  const [test, test2] = [args.test, args['test-labels']];
  if (test2 !== undefined && (test === undefined || args.labels === undefined))
    throw new UsageError('--test-labels needs --test and --labels');
  if (args.labels !== undefined && (kernels.length > 1 || args.against !== undefined))
    throw new UsageError(
      '--labels solves with one kernel of the images; ask for one depth and read-out, or one network, and use --test instead of --against',
    );
  const out = resolve(args.out);
  const ofSolve = requestName(kernels[0]);
  const matrix = (name: 'train' | 'test') => join(out, matrixFile({ name, rows: 0, columns: 0 }, ofSolve));
  const job: SlurmJob = {
    program: [process.execPath, resolve(process.argv[1])],
    kernel: kernelWords(args),
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
  const scripts = await writeSlurmScripts(job);
  const { array, ...files } = scripts;
  const submitted = args.submit ? await submitSlurmScripts(scripts) : undefined;
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

/** The options of `cntk kernel` again, as words, but for --out. */
function kernelWords(args: SlurmArguments): string[] {
  const words: string[] = [];
  for (const name of Object.keys(computationOptions) as (keyof typeof computationOptions)[]) {
    const value = args[name];
    if (value === undefined || value === false || name === 'out') continue;
    if (name === 'images' || name === 'against' || name === 'test') {
      words.push(`--${name}`, ...(value as readonly string[]).map(pathOf));
    } else if (name === 'arch') {
      words.push(
        '--arch',
        ...(value as readonly string[]).map((one) => (isNetworkFile(one) ? pathOf(one) : one)),
      );
    } else if (typeof value === 'object' && 'height' in value) {
      words.push(`--${name}`, `${value.height}x${value.width}`);
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
