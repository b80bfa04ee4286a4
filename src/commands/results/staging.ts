import { rmSync } from 'node:fs';
import { mkdir, rmdir, stat, utimes } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import {
  isTemporary,
  removeLeftovers,
  stagingFolder,
  temporariesOf,
  TOUCH_MS,
} from '../../files/leftovers.js';
import { makeFolder } from '../../files/make-folder.js';
import { assertSpace } from '../../files/disk-space.js';

/** A folder in which the results of this process wait until all of them are there. */
export class Staging {
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
   * Makes it, and removes what dead processes left of theirs; of those with one of the `results` in them the results are
   * whole, and stay.
   *
   * @param path The result that it is for, a folder or a file. @param inside In the folder itself: its neighbours may be
   * on another disk, or not ours to write.
   * @throws the error of the file system, or Error if there is no room.
   */
  static async make(
    path: string,
    { inside, sizeBytes, results }: { inside: boolean; sizeBytes: number; results: readonly string[] },
  ): Promise<Staging> {
    const whole = resolve(path);
    const folder = stagingFolder(whole, inside);
    const uppermost = await makeFolder(dirname(folder));
    const staging = new Staging(folder, uppermost);
    try {
      const keep = (left: string) => holdsOneOf(left, results);
      const options = { nowMs: Date.now(), keep };
      if (inside) await removeLeftovers(whole, isTemporary, options);
      await removeLeftovers(dirname(whole), temporariesOf(whole), options);
      await mkdir(folder);
      await assertSpace(folder, sizeBytes);
      return staging;
    } catch (error) {
      staging.remove();
      await staging.removeEmptyFolders();
      throw error;
    }
  }

  /** The results are whole and have no other place: they stay here. */
  keep(): void {
    this.isKept = true;
    this.remove();
  }

  /** Not later than at the end of the process: one that is told twice to end ends at once. */
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

  /** Those that were made for it, from the innermost on. */
  async removeEmptyFolders(): Promise<void> {
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

async function holdsOneOf(folder: string, names: readonly string[]): Promise<boolean> {
  for (const name of names) {
    const status = await stat(join(folder, name)).catch(() => undefined);
    if (status?.isFile()) return true;
  }
  return false;
}
