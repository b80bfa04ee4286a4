import { link, lstat, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { OutputError, syncFolder, writeAtomically } from '../../files/atomic-file.js';
import { UsageError } from '../process/errors.js';
import { assertKeepsInputs } from './keeps-inputs.js';
import { earlierResults } from './earlier-results.js';
import { Staging } from './staging.js';

export interface DestinationOptions {
  /** About what the results will take. */
  readonly sizeBytes: number;
  /** Files that the results are computed from, which no result may replace. */
  readonly inputs: readonly string[];
  /** Told where the results are, if not where they were asked for. */
  readonly warn: (message: string) => void;
}

/** Writes one result, whole or not at all; called again where its first place was lost. */
type Writer = (path: string) => Promise<void>;

/** What has the name of a result was not there, or was another, when the run began. */
class TakenError extends Error {
  override readonly name = 'TakenError';
}

/**
 * A place for results that is known to be writable before anything is computed. Nothing appears there before
 * `commit`; what was made for it is removed again if there is none. What was computed is not lost for a name: if the
 * place was taken meanwhile the results go to a name beside it, and if nothing can be written there, elsewhere.
 */
abstract class Destination implements AsyncDisposable {
  protected readonly writers = new Map<string, Writer>();
  private committed = false;
  /** Whether all results are in the staging folder. */
  protected isStaged = false;

  protected constructor(
    /** As the user named it. */
    readonly path: string,
    protected staging: Staging,
    protected readonly options: DestinationOptions,
  ) {}

  async [Symbol.asyncDispose](): Promise<void> {
    this.staging.remove();
    if (!this.committed) await this.staging.removeEmptyFolders();
  }

  /** From the staging folder to where they were asked for. @throws TakenError, or that of the file system. */
  protected abstract place(): Promise<void>;
  /** To a name that was not asked for. @throws like `place`. */
  protected abstract placeAs(path: string): Promise<void>;
  /** The n-th name after the one that was asked for. */
  protected abstract numbered(n: number): string;

  /** @returns where the results are. @throws OutputError that says where they are instead. */
  protected async commitAll(): Promise<string> {
    try {
      await this.fill();
      await this.place();
      this.committed = true;
      return this.path;
    } catch (error) {
      return await this.commitElsewhere(error);
    }
  }

  private async fill(): Promise<void> {
    for (const [name, write] of this.writers) await write(join(this.staging.folder, name));
    this.isStaged = true;
  }

  private async commitElsewhere(error: unknown): Promise<string> {
    if (isAboutName(error)) {
      try {
        const path = await this.commitBeside();
        const reason =
          error instanceof TakenError ? error.message : 'its place was taken or removed meanwhile';
        if (path !== this.path) this.options.warn(`${this.path}: ${reason}; the results are in ${path}`);
        return path;
      } catch (next) {
        return await this.rescue(next);
      }
    }
    return await this.rescue(error);
  }

  private async commitBeside(): Promise<string> {
    this.staging.remove();
    this.isStaged = false;
    this.staging = await Staging.make(this.path, { inside: false, sizeBytes: 0, results: [] });
    await this.fill();
    for (let n = 1; ; n++) {
      const path = n === 1 ? this.path : this.numbered(n);
      if ((await lstat(path).catch(() => undefined)) !== undefined) continue;
      try {
        await this.placeAs(path);
        this.committed = true;
        return path;
      } catch (error) {
        if (!isAboutName(error) || n > 1000) throw error;
      }
    }
  }

  /** Where nothing can be put in its place: the results stay in the staging folder, or go where there is room. */
  private async rescue(error: unknown): Promise<never> {
    if (this.isStaged) {
      this.staging.keep();
      throw new OutputError(this.path, causeOf(error), `what was computed is in ${this.staging.folder}`);
    }
    for (const parent of [workingFolder(), tmpdir()]) {
      let folder: string | undefined;
      try {
        folder = await mkdtemp(join(parent, 'cntk-results-'));
        for (const [name, write] of this.writers) await write(join(folder, name));
      } catch {
        if (folder !== undefined) await rm(folder, { recursive: true, force: true }).catch(() => undefined);
        continue;
      }
      throw new OutputError(this.path, causeOf(error), `what was computed is in ${folder}`);
    }
    throw new OutputError(this.path, causeOf(error), 'nor was there another place for what was computed');
  }
}

export interface FolderOptions extends DestinationOptions {
  /** Of the files that will be written. */
  readonly names: readonly string[];
  /** Of the file that says what they are; it is the last to appear. */
  readonly report: string;
}

/** A folder of results that appears complete or not at all, and holds the results of one run. */
export class DestinationFolder extends Destination {
  private constructor(
    path: string,
    staging: Staging,
    protected override readonly options: FolderOptions,
    private readonly exists: boolean,
    /** Files of the run whose results are there, and are not written again. */
    private readonly earlier: readonly string[],
    /** Of the report that is there. */
    private readonly stamp: string | undefined,
  ) {
    super(path, staging, options);
  }

  /**
   * @throws UsageError if the path is a file, or what is read has the name of a result; OutputError if nothing can be
   * written there.
   */
  static async reserve(path: string, options: FolderOptions): Promise<DestinationFolder> {
    const { names, report, sizeBytes, inputs } = options;
    const existing = await statOrUndefined(path);
    if (existing?.isDirectory() === false) throw new UsageError(`--out ${path} is a file; name a folder`);
    for (const name of [...names, report]) {
      const file = join(path, name);
      if ((await statOrUndefined(file))?.isDirectory()) {
        throw new UsageError(`${file} is a folder, but a result has that name; use another --out`);
      }
    }
    const earlier = (await earlierResults(join(path, report))).filter((name) => !names.includes(name));
    const own = [...names, report, ...earlier];
    await assertKeepsInputs(
      own.map((name) => join(path, name)),
      inputs,
    );
    const stamp = await stampOf(join(path, report));
    const staging = await makeStaging(path, { inside: existing !== undefined, sizeBytes, results: [report] });
    return new DestinationFolder(path, staging, options, existing !== undefined, earlier, stamp);
  }

  /** Where a file of this name is to be written before `commit`, by those who can compute it again. */
  file(name: string): string {
    return join(this.staging.folder, name);
  }

  /** Has a file written when the results are committed. */
  add(name: string, write: Writer): void {
    this.writers.set(name, write);
  }

  /**
   * Puts all files in their place. The report comes last, and an older one goes first: a folder that holds a report
   * holds all that belongs to it.
   *
   * @returns where they are: beside, if the place was taken meanwhile.
   * @throws OutputError
   */
  async commit(report: string): Promise<string> {
    this.add(this.options.report, (path) => writeAtomically(path, [report]));
    if (this.options.names.every((name) => this.writers.has(name))) return this.commitAll();
    try {
      await writeAtomically(this.file(this.options.report), [report]);
      await rm(join(this.path, this.options.report), { force: true });
      await this.replace();
      return this.path;
    } catch (error) {
      throw new OutputError(this.path, causeOf(error));
    }
  }

  protected async place(): Promise<void> {
    if (!this.exists) return this.placeAs(this.path);
    const report = join(this.path, this.options.report);
    if ((await stampOf(report)) !== this.stamp) throw takenByRun();
    if (this.stamp !== undefined) {
      // Of two runs that end at once only one finds it.
      await rename(report, this.file(`.earlier-${this.options.report}`)).catch((error: unknown) => {
        throw codeOf(error) === 'ENOENT' ? takenByRun() : error;
      });
    }
    await this.replace();
  }

  private async replace(): Promise<void> {
    const { names, report } = this.options;
    this.isStaged = false;
    for (const name of this.earlier) await rm(join(this.path, name), { force: true });
    for (const name of [...names, report]) await rename(this.file(name), join(this.path, name));
    await syncFolder(this.path);
  }

  /** `OUT.2` */
  protected numbered(n: number): string {
    return join(dirname(this.path), `${basename(this.path)}.${n}`);
  }

  /** Takes the place of an empty folder at the most. */
  protected async placeAs(path: string): Promise<void> {
    await rename(this.staging.folder, path).catch((error: unknown) => {
      throw ['ENOTEMPTY', 'EEXIST'].includes(codeOf(error) ?? '') ? takenByRun() : error;
    });
    await syncFolder(dirname(resolve(path)));
  }
}

/** One file of results. */
export class DestinationFile extends Destination {
  private constructor(
    path: string,
    staging: Staging,
    options: DestinationOptions,
    private readonly stamp: string | undefined,
  ) {
    super(path, staging, options);
  }

  /**
   * @param option That named it, for messages.
   * @throws UsageError if the path is a folder, or is read; OutputError if nothing can be written there.
   */
  static async reserve(
    path: string,
    options: DestinationOptions,
    option = '--out',
  ): Promise<DestinationFile> {
    const existing = await statOrUndefined(path);
    if (existing?.isFile() === false) throw new UsageError(`${option} ${path} is not a file; name a file`);
    await assertKeepsInputs([path], options.inputs, option);
    const stamp = await stampOf(path);
    const results = [basename(path)];
    const staging = await makeStaging(path, { inside: false, sizeBytes: options.sizeBytes, results });
    return new DestinationFile(path, staging, options, stamp);
  }

  /** @returns where it is: beside, if the place was taken meanwhile. @throws OutputError */
  async commit(write: Writer): Promise<string> {
    this.writers.set(basename(this.path), write);
    return this.commitAll();
  }

  protected async place(): Promise<void> {
    if (this.stamp === undefined) return this.placeAs(this.path);
    const now = await stampOf(this.path);
    if (now !== undefined && now !== this.stamp) throw new TakenError('another run has written it meanwhile');
    await rename(this.staged, this.path);
    await syncFolder(dirname(this.path));
  }

  protected async placeAs(path: string): Promise<void> {
    try {
      await link(this.staged, path);
    } catch (error) {
      // A file system without links.
      if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(codeOf(error) ?? '')) throw error;
      await rename(this.staged, path);
    }
    await syncFolder(dirname(path));
  }

  /** `K.2.npy` */
  protected numbered(n: number): string {
    const end = extname(this.path);
    return `${this.path.slice(0, this.path.length - end.length)}.${n}${end}`;
  }

  private get staged(): string {
    return join(this.staging.folder, basename(this.path));
  }
}

function takenByRun(): TakenError {
  return new TakenError('another run has put its results there meanwhile');
}

/** Whether a name is at fault, and another may do. */
function isAboutName(error: unknown): boolean {
  const codes = ['ENOTEMPTY', 'EEXIST', 'ENOTDIR', 'EISDIR', 'ENOENT', 'EBUSY'];
  return error instanceof TakenError || codes.includes(codeOf(error) ?? '');
}

function codeOf(error: unknown): string | undefined {
  return (causeOf(error) as NodeJS.ErrnoException).code;
}

/** Of the file system, where a writer has put it in words. */
function causeOf(error: unknown): unknown {
  return error instanceof OutputError ? error.cause : error;
}

/** What tells a file from another of its name; undefined if there is none. */
async function stampOf(file: string): Promise<string | undefined> {
  const status = await stat(file, { bigint: true }).catch(() => undefined);
  return status && `${status.dev} ${status.ino} ${status.mtimeNs} ${status.size}`;
}

async function statOrUndefined(path: string) {
  try {
    return await stat(path);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw new OutputError(path, error);
  }
  if ((await lstat(path).catch(() => undefined))?.isSymbolicLink()) {
    throw new UsageError(`${path} is a link to what does not exist; remove it, or make what it names`);
  }
  return undefined;
}

async function makeStaging(path: string, options: Parameters<typeof Staging.make>[1]): Promise<Staging> {
  try {
    return await Staging.make(path, options);
  } catch (error) {
    throw new OutputError(path, error);
  }
}

/** The folder of this process, unless that was removed. */
function workingFolder(): string {
  try {
    return process.cwd();
  } catch {
    return tmpdir();
  }
}
