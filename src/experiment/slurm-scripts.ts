/** A job array whose tasks are shards of one kernel, and the job that follows it. */
export interface SlurmJob {
  /** Words that run this program: Node and the command line's file. */
  readonly program: readonly string[];
  /** Words of `cntk kernel` but --shard, with absolute paths. */
  readonly kernel: readonly string[];
  /** Folder of the store, absolute, seen by all machines. */
  readonly out: string;
  readonly shards: number;
  /** Words of `cntk solve` after the merge; undefined: none. */
  readonly solve?: readonly string[];
  /** Lines for both jobs, as `--partition=gpu`. */
  readonly options: readonly string[];
  /** Such as `gpu:1`, for the shards. */
  readonly gres?: string;
  /** How often a shard that failed is put back in the queue. */
  readonly retries: number;
}

/**
 * The script of one shard. A task that fails (a lost GPU, a bad node) puts itself back in the queue; Slurm does so with
 * one whose node goes away. What it has finished by then stays in the store.
 */
export function shardScript({ program, kernel, out, shards, options, gres, retries }: SlurmJob): string {
  return script(
    'cntk-shards',
    out,
    'shard-%a',
    [...options, '--requeue', ...(gres ? [`--gres=${gres}`] : [])],
    [
      `${command([...program, 'kernel', ...kernel])} --quiet --shard "$SLURM_ARRAY_TASK_ID/${shards}" && exit`,
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
export function finishScript({ program, out, options, gres, solve }: SlurmJob): string {
  const extra = solve && gres ? [`--gres=${gres}`] : [];
  return script(
    'cntk-finish',
    out,
    'finish',
    [...options, ...extra],
    [
      'set -e',
      command([...program, 'store', 'merge', out]),
      command([...program, 'store', 'verify', out]),
      ...(solve ? [command([...program, 'solve', ...solve])] : []),
    ],
  );
}

function script(
  name: string,
  out: string,
  log: string,
  options: readonly string[],
  lines: readonly string[],
): string {
  return [
    '#!/bin/bash',
    `#SBATCH --job-name=${name}`,
    `#SBATCH --output=${out}/slurm/${log}.log`,
    '#SBATCH --open-mode=append',
    ...options.map((option) => `#SBATCH ${option}`),
    '',
    ...lines,
    '',
  ].join('\n');
}

function command(words: readonly string[]): string {
  return words.map(quoted).join(' ');
}

/** A word as the shell reads it back. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
