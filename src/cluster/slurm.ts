import { execFile } from 'node:child_process';
import { isAbsolute, join } from 'node:path';
import { promisify } from 'node:util';
import {
  ArgumentError,
  assertArray,
  assertCount,
  assertKeys,
  assertText,
  shown,
} from '../checks/arguments.js';
import { OutputError, writeAtomically } from '../files/atomic-file.js';
import { makeFolder } from '../files/make-folder.js';
import { readComputation } from '../store/computation.js';
import { shardTiles } from '../store/grid.js';
import { TileStore } from '../store/tile-store.js';
import { shellCommand } from '../text/shell-words.js';
import { finishScript, shardScript, type SlurmJob } from './slurm-scripts.js';

/** sbatch is missing, or it refuses a job. */
export class SlurmError extends Error {
  override readonly name = 'SlurmError';
}

/** The scripts of a job, and the shards that lack tiles. */
export interface SlurmScripts {
  readonly shards: string;
  readonly finish: string;
  /** The list that sbatch's --array takes, `1-3,7`; empty if no tile is missing. */
  readonly array: string;
}

/** The numbers of the jobs that Slurm has taken. */
export interface SubmittedJobs {
  /** Undefined where no tile is missing. */
  readonly arrayJob: string | undefined;
  readonly finishJob: string;
}

/**
 * Writes the scripts of a job into the folder of its store, `slurm/shards.sh` and `slurm/finish.sh`.
 *
 * @throws OutputError; UnusableStoreError; ArgumentError
 */
export async function writeSlurmScripts(job: SlurmJob): Promise<SlurmScripts> {
  assertSlurmJob(job);
  const { out } = job;
  const folder = join(out, 'slurm');
  await makeFolder(folder).catch((error: unknown) => {
    throw new OutputError(out, error);
  });
  const files = { shards: join(folder, 'shards.sh'), finish: join(folder, 'finish.sh') };
  await writeAtomically(files.shards, [shardScript(job)]);
  await writeAtomically(files.finish, [finishScript(job)]);
  return { ...files, array: arrayOf(await unfinishedShards(out, job.shards)) };
}

/**
 * Submits the shards that lack tiles, and the job after them, which runs whatever became of them: what is missing, it
 * says.
 *
 * @returns the numbers of the jobs. @throws SlurmError; ArgumentError
 */
export async function submitSlurmScripts(scripts: SlurmScripts): Promise<SubmittedJobs> {
  assertKeys('submitSlurmScripts', scripts, ['shards', 'finish', 'array']);
  const { shards, finish, array } = scripts;
  assertText('submitSlurmScripts: shards', shards);
  assertText('submitSlurmScripts: finish', finish);
  if (typeof array !== 'string')
    throw new ArgumentError(`submitSlurmScripts: array is ${shown(array)}; a list such as "1-3,7" is wanted`);
  const arrayJob = array === '' ? undefined : await sbatch(`--array=${array}`, shards);
  const finishJob = await sbatch(...(arrayJob ? [`--dependency=afterany:${arrayJob}`] : []), finish);
  return { arrayJob, finishJob };
}

function assertSlurmJob(job: SlurmJob): void {
  const where = 'writeSlurmScripts';
  const names = ['program', 'kernel', 'out', 'shards', 'solve', 'options', 'gres', 'retries'];
  assertKeys(where, job, names);
  const { program, kernel, out, shards, solve = [], options = [], gres = '', retries = 0 } = job;
  for (const [name, words] of Object.entries({ program, kernel, solve, options })) {
    assertArray(`${where}: ${name}`, words, 'words');
    const other = (words as readonly unknown[]).find((word) => typeof word !== 'string');
    if (other !== undefined)
      throw new ArgumentError(`${where}: a word of ${name} is ${shown(other)}; a text is wanted`);
  }
  if (program.length === 0)
    throw new ArgumentError(`${where}: program is empty; words such as ['npx', 'cntk'] are wanted`);
  const doubled = kernel.find((word) => /^--(out|shard)(=|$)/.test(word));
  if (doubled !== undefined)
    throw new ArgumentError(
      `${where}: kernel has ${doubled}, which the scripts say themselves; leave it out`,
    );
  assertText(`${where}: out`, out);
  if (!isAbsolute(out))
    throw new ArgumentError(`${where}: out is "${out}"; an absolute path is wanted, for all machines`);
  assertCount(`${where}: shards`, shards);
  assertCount(`${where}: retries`, retries, 0);
  const broken = [...options, gres].find((option) => typeof option !== 'string' || /[\n\r]/.test(option));
  if (broken !== undefined)
    throw new ArgumentError(
      `${where}: ${JSON.stringify(broken)} is no option of sbatch: it stands on one line`,
    );
}

async function sbatch(...words: string[]): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)('sbatch', ['--parsable', ...words], { env: process.env });
    return stdout.trim().split(';')[0];
  } catch (error) {
    const { code, stderr } = error as NodeJS.ErrnoException & { stderr?: string };
    throw new SlurmError(
      code === 'ENOENT'
        ? 'there is no sbatch on this machine; submit the scripts where Slurm is'
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
