import { shellCommand, shellWord } from '../text/shell-words.js';

/** A job array whose tasks are shards of one kernel, and the job that follows it. */
export interface SlurmJob {
  /** Words that run the command line of this package on the machines of the cluster, such as `['npx', 'cntk']`. */
  readonly program: readonly string[];
  /** Words after `cntk kernel` but --out and --shard, with absolute paths. */
  readonly kernel: readonly string[];
  /** Folder of the store, absolute, seen by all machines. */
  readonly out: string;
  readonly shards: number;
  /** Words after `cntk solve`, which runs when the matrices are there; undefined: it does not. */
  readonly solve?: readonly string[];
  /** More options of sbatch for both jobs, as `--partition=gpu`. */
  readonly options?: readonly string[];
  /** What sbatch's --gres asks for the shards, such as `gpu:1`. */
  readonly gres?: string;
  /** How often a shard that failed is put back in the queue; 3 unless given. */
  readonly retries?: number;
}

/**
 * The script of one shard. A task that fails (a lost GPU, a bad node) puts itself back in the queue; Slurm does so with
 * one whose node goes away. What it has finished by then stays in the store.
 */
export function shardScript({
  program,
  kernel,
  out,
  shards,
  options = [],
  gres,
  retries = 3,
}: SlurmJob): string {
  return script(
    'cntk-shards',
    out,
    'shard-%a',
    [...options, '--requeue', ...(gres ? [`--gres=${gres}`] : [])],
    [
      `${shellCommand([...program, 'kernel', ...kernel, '--out', out])} --quiet --shard "$SLURM_ARRAY_TASK_ID/${shards}" && exit`,
      'status=$?',
      '# 2: the command line or the data is wrong, and stays so.',
      `if [ "$status" -ne 2 ] && [ "\${SLURM_RESTART_COUNT:-0}" -lt ${retries} ]; then`,
      '  scontrol requeue "${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID"',
      'fi',
      'exit "$status"',
    ],
  );
}

/** The script of the job after the shards: all matrices, every tile checked, and the regression. */
export function finishScript({ program, out, options = [], gres, solve }: SlurmJob): string {
  const extra = solve && gres ? [`--gres=${gres}`] : [];
  return script(
    'cntk-finish',
    out,
    'finish',
    [...options, ...extra],
    [
      'set -e',
      shellCommand([...program, 'store', 'merge', out]),
      shellCommand([...program, 'store', 'verify', out]),
      ...(solve ? [shellCommand([...program, 'solve', ...solve])] : []),
    ],
  );
}

/**
 * The log is Slurm's own output file, which also has what Slurm says of the job, wherever a directive can name it;
 * elsewhere the script turns to it itself.
 *
 * @param log The name of the log; `%a` is the number of the task.
 */
function script(
  name: string,
  out: string,
  log: string,
  options: readonly string[],
  lines: readonly string[],
): string {
  const output = outputPattern(`${out}/slurm/`);
  const file = `${shellWord(`${out}/slurm/${log.replace('%a', '')}`)}${log.includes('%a') ? '"$SLURM_ARRAY_TASK_ID"' : ''}.log`;
  return [
    '#!/bin/bash',
    ...[
      `--job-name=${name}`,
      `--output=${output === undefined ? '/dev/null' : `${output}${log}.log`}`,
      '--open-mode=append',
      ...options,
    ].map((option) => `#SBATCH ${directive(option)}`),
    '',
    ...(output === undefined ? [`exec >>${file} 2>&1`] : []),
    ...lines,
    '',
  ].join('\n');
}

/**
 * A folder as sbatch's --output takes it: `%` begins a pattern there. Undefined if it cannot be named: a backslash turns
 * patterns off, and a directive has one line.
 */
function outputPattern(folder: string): string | undefined {
  return /[\\\n\r]/.test(folder) ? undefined : folder.replaceAll('%', '%%');
}

/** An option as a line of directives: sbatch splits it at spaces, and knows double quotes and backslashes. */
function directive(option: string): string {
  const parts = /^(--[\w-]+=)(.*)$/.exec(option);
  if (parts === null) return option;
  const [, name, value] = parts;
  if (/^[^\s"'\\#]*$/.test(value)) return option;
  return `${name}"${value.replace(/["\\]/g, String.raw`\$&`)}"`;
}
