import { rmSync } from 'node:fs';
import { mkdir, realpath, rename, rm, rmdir, stat, statfs } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { OutputError, writeAtomically } from '../../data/atomic-file.js';
import { UsageError } from './errors.js';

/**
 * A place for results that is known to be writable before anything is computed. Nothing appears there before
 * `commit`; what was made for it is removed again if there is none.
 */
abstract class Destination implements AsyncDisposable {
  protected committed = false;

  protected constructor(
    /** As the user named it. */
    readonly path: string,
    protected readonly staging: StagingFolder,
  ) {
    process.on('exit', this.removeStaging);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.removeStaging();
    if (!this.committed) await removeEmptyFolders(this.staging);
  }

  /** Not later: a process that is told twice to end ends at once. */
  private readonly removeStaging = (): void => {
    process.off('exit', this.removeStaging);
    try {
      rmSync(this.staging.folder, { recursive: true, force: true });
    } catch {
      // Its name says that it is partial.
    }
  };
}

/** A folder of results that appears complete or not at all. */
export class DestinationFolder extends Destination {
  private constructor(
    path: string,
    staging: StagingFolder,
    private readonly names: readonly string[],
    private readonly exists: boolean,
  ) {
    super(path, staging);
  }

  /**
   * @param names Of the files that will be written. @param sizeBytes About what they will take.
   * @throws UsageError if the path is a file; OutputError if nothing can be written there.
   */
  static async reserve(
    path: string,
    names: readonly string[],
    sizeBytes: number,
  ): Promise<DestinationFolder> {
    const existing = await statOrUndefined(path);
    if (existing?.isDirectory() === false) throw new UsageError(`--out ${path} is a file; name a folder`);
    for (const name of names) {
      const file = join(path, name);
      if ((await statOrUndefined(file))?.isDirectory()) {
        throw new UsageError(`${file} is a folder, but a result has that name; use another --out`);
      }
    }
    // Inside a folder that is there already: its neighbours may be on another disk, or not ours to write.
    const folder = existing ? join(path, stagingName('')) : stagingName(resolve(path));
    const staging = await makeStaging(path, folder, sizeBytes);
    return new DestinationFolder(path, staging, names, existing !== undefined);
  }

  /** Where a file of this name is to be written before `commit`. */
  file(name: string): string {
    return join(this.staging.folder, name);
  }

  /**
   * Puts all files in their place. The report comes last, and an older one goes first: a folder that holds a report
   * holds all that belongs to it.
   *
   * @throws OutputError
   */
  async commit(reportName: string, report: string): Promise<void> {
    await writeAtomically(this.file(reportName), [report]);
    try {
      if (this.exists) {
        await rm(join(this.path, reportName), { force: true });
        for (const name of [...this.names, reportName]) await rename(this.file(name), join(this.path, name));
      } else await rename(this.staging.folder, this.path);
    } catch (error) {
      throw new OutputError(this.path, error);
    }
    this.committed = true;
  }
}

/** One file of results. */
export class DestinationFile extends Destination {
  /**
   * @param sizeBytes About what will be written.
   * @throws UsageError if the path is a folder; OutputError if nothing can be written there.
   */
  static async reserve(path: string, sizeBytes: number): Promise<DestinationFile> {
    const existing = await statOrUndefined(path);
    if (existing?.isFile() === false) throw new UsageError(`--out ${path} is not a file; name a file`);
    return new DestinationFile(path, await makeStaging(path, stagingName(resolve(path)), sizeBytes));
  }

  /** @param write Writes the file, whole or not at all. */
  async commit(write: (path: string) => Promise<void>): Promise<void> {
    await write(this.path);
    this.committed = true;
  }
}

/** @throws UsageError if a result would take the place of a file that it is computed from. */
export async function assertKeepsInputs(
  outputs: readonly string[],
  inputs: readonly string[],
): Promise<void> {
  const real = async (path: string) => realpath(path).catch(() => resolve(path));
  // `file.npz:x_train` names an array of an archive.
  const read = new Map<string, string>();
  for (const input of inputs) {
    for (const path of [input, input.replace(/:[^:/\\]*$/, '')]) read.set(await real(path), input);
  }
  for (const output of outputs) {
    const input = read.get(await real(output));
    if (input !== undefined)
      throw new UsageError(`--out would overwrite ${input}, which is read; use another --out`);
  }
}

interface StagingFolder {
  readonly folder: string;
  /** The uppermost folder that had to be made for it. */
  readonly uppermost: string | undefined;
}

function stagingName(path: string): string {
  return `${path}.partial-${process.pid}`;
}

async function statOrUndefined(path: string) {
  try {
    return await stat(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new OutputError(path, error);
  }
}

async function makeStaging(path: string, folder: string, sizeBytes: number): Promise<StagingFolder> {
  let staging: StagingFolder = { folder, uppermost: undefined };
  try {
    staging = { folder, uppermost: await mkdir(dirname(folder), { recursive: true }) };
    await mkdir(folder);
    await assertSpace(folder, sizeBytes);
    return staging;
  } catch (error) {
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
    await removeEmptyFolders(staging);
    throw new OutputError(path, error);
  }
}

/** Those that were made for a staging folder, from the innermost on. */
async function removeEmptyFolders({ folder, uppermost }: StagingFolder): Promise<void> {
  if (uppermost === undefined) return;
  for (let made = dirname(resolve(folder)); made.startsWith(resolve(uppermost)); made = dirname(made)) {
    try {
      await rmdir(made);
    } catch {
      return;
    }
  }
}

/** @throws Error if the file system of the folder has less room than that. */
export async function assertSpace(folder: string, sizeBytes: number): Promise<void> {
  const { blocks, bavail, bsize } = await statfs(folder);
  // Some file systems do not tell.
  if (blocks === 0 || bavail * bsize >= sizeBytes) return;
  const mib = (bytes: number) => `${Math.ceil(bytes / 2 ** 20)} MiB`;
  throw new Error(`the results take ${mib(sizeBytes)}, but only ${mib(bavail * bsize)} are free there`);
}
