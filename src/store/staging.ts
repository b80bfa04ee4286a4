import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { rmSync } from 'node:fs';
import { OutputError, writeAtomically } from '../files/atomic-file.js';
import { isTemporary, removeLeftovers, stagingFolder } from '../files/leftovers.js';

/**
 * A folder inside a store's in which its matrices are put together. Its name carries the owner's token: two processes
 * that do this at once, because one stood still for longer than a lease, each have their own.
 */
export class StagingFolder implements AsyncDisposable {
  private constructor(
    private readonly storeFolder: string,
    private readonly folder: string,
  ) {
    process.on('exit', this.removeAtExit);
  }

  /** Makes one, and removes those that dead processes left. @throws OutputError */
  static async make(storeFolder: string, nowMs: number): Promise<StagingFolder> {
    await removeLeftovers(storeFolder, isTemporary, { nowMs });
    const folder = stagingFolder(storeFolder, true);
    try {
      await mkdir(folder);
    } catch (error) {
      throw new OutputError(storeFolder, error);
    }
    return new StagingFolder(storeFolder, folder);
  }

  get path(): string {
    return this.folder;
  }

  /** Where a file of this name is to be written before `commit`. */
  file(name: string): string {
    return join(this.folder, name);
  }

  /**
   * Puts all files in their place. The report comes last, and an older one goes first: a folder that holds a report
   * holds all that belongs to it.
   *
   * @throws OutputError
   */
  async commit(names: readonly string[], reportName: string, report: string): Promise<void> {
    await writeAtomically(this.file(reportName), [report]);
    try {
      await rm(join(this.storeFolder, reportName), { force: true });
      for (const name of [...names, reportName]) await rename(this.file(name), join(this.storeFolder, name));
    } catch (error) {
      throw new OutputError(this.storeFolder, error);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    process.off('exit', this.removeAtExit);
    await rm(this.folder, { recursive: true, force: true }).catch(() => undefined);
  }

  /** Not later: a process that is told twice to end ends at once. */
  private readonly removeAtExit = (): void => {
    try {
      rmSync(this.folder, { recursive: true, force: true });
    } catch {
      // Its name says that it is partial, and whose it is.
    }
  };
}
