import { rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { OutputError, syncFolder, writeAtomically } from '../../files/atomic-file.js';
import type { Staging } from '../../files/staging.js';
import { UsageError } from '../process/errors.js';
import { Destination, type DestinationOptions, type Writer } from './destination.js';
import { earlierResults } from './earlier-results.js';
import { assertKeepsInputs } from './keeps-inputs.js';
import { causeOf, codeOf, stampOf, takenByRun } from './lost-place.js';
import { makeStaging, statOrUndefined } from './reserve-place.js';

export interface FolderOptions extends DestinationOptions {
  /** Names of the files that will be written. */
  readonly names: readonly string[];
  /** Name of the file that says what they are; it is the last to appear. */
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
    /** The files of the report that is there. */
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
    return this.staging.file(name);
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
    await this.staging.moveTo(this.path, [...names, report]);
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
