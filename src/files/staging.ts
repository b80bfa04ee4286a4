import { rmSync } from 'node:fs';
import { mkdir, rename, rmdir, utimes } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { syncFolder } from './atomic-file.js';
import { assertSpace } from './disk-space.js';
import { stagingFolder, TOUCH_MS } from './leftovers.js';
import { makeFolder } from './make-folder.js';

/**
 * A folder in which the results of this process wait until all of them are there. Its name carries the process's token:
 * two processes that work on one result at a time, each have their own.
 */
export class Staging implements AsyncDisposable {
  /** Whether what is in it stays, whatever happens. */
  private isKept = false;
  private readonly timer: NodeJS.Timeout;

  private constructor(
    readonly folder: string,
    /** The uppermost folder that had to be made for it. */
    private readonly uppermost: string | undefined,
  ) {
    // So that processes that cannot look for this one see that it lives.
    this.timer = setInterval(
      () => void utimes(folder, new Date(), new Date()).catch(() => undefined),
      TOUCH_MS,
    );
    this.timer.unref();
    process.on('exit', this.remove);
  }

  /**
   * @param path The result that it is for, a folder or a file. @param inside In the folder itself: its neighbours may be
   * on another disk, or not ours to write.
   * @throws the error of the file system, or Error if there is no room.
   */
  static async make(
    path: string,
    { inside, sizeBytes }: { inside: boolean; sizeBytes: number },
  ): Promise<Staging> {
    const folder = stagingFolder(resolve(path), inside);
    const staging = new Staging(folder, await makeFolder(dirname(folder)));
    try {
      await mkdir(folder);
      await assertSpace(folder, sizeBytes);
      return staging;
    } catch (error) {
      await staging[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Where a file of this name waits. */
  file(name: string): string {
    return join(this.folder, name);
  }

  /** Puts files into a folder, in this order, instead of what has their names there. @throws the error of the file system. */
  async moveTo(folder: string, names: readonly string[]): Promise<void> {
    for (const name of names) await rename(this.file(name), join(folder, name));
    await syncFolder(folder);
  }

  /** The results are whole and have no other place: they stay here. */
  keep(): void {
    this.isKept = true;
    this.remove();
  }

  /** Removes the folder, not later than at the end of the process: one that is told twice to end ends at once. */
  readonly remove = (): void => {
    clearInterval(this.timer);
    process.off('exit', this.remove);
    if (this.isKept) return;
    try {
      rmSync(this.folder, { recursive: true, force: true });
    } catch {
      // Its name says that it is partial.
    }
  };

  /** Removes it, and the folders that were made for it, from the innermost on, as far as they are empty. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.remove();
    if (this.uppermost === undefined) return;
    const uppermost = resolve(this.uppermost);
    for (let made = dirname(resolve(this.folder)); made.startsWith(uppermost); made = dirname(made)) {
      try {
        await rmdir(made);
      } catch {
        return;
      }
    }
  }
}
