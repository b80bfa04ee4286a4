import { lstat, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OutputError } from '../../files/atomic-file.js';
import { Staging } from '../../files/staging.js';
import { causeOf, isAboutName, TakenError } from './lost-place.js';

export interface DestinationOptions {
  /** About what the results will take. */
  readonly sizeBytes: number;
  /** Files that the results are computed from, which no result may replace. */
  readonly inputs: readonly string[];
  /** Told where the results are, if not where they were asked for. */
  readonly warn: (message: string) => void;
}

/** Writes one result, whole or not at all; called again where its first place was lost. */
export type Writer = (path: string) => Promise<void>;

/**
 * A place for results that is known to be writable before anything is computed. Nothing appears there before
 * `commit`; what was made for it is removed again if there is none. What was computed is not lost for a name: if the
 * place was taken meanwhile the results go to a name beside it, and if nothing can be written there, elsewhere.
 */
export abstract class Destination implements AsyncDisposable {
  protected readonly writers = new Map<string, Writer>();
  /** Whether all results are in the staging folder. */
  protected isStaged = false;

  protected constructor(
    /** The place as the user named it. */
    readonly path: string,
    protected staging: Staging,
    protected readonly options: DestinationOptions,
  ) {}

  async [Symbol.asyncDispose](): Promise<void> {
    await this.staging[Symbol.asyncDispose]();
  }

  /** Moves the results from staging to where they were asked for. @throws TakenError, or that of the file system. */
  protected abstract place(): Promise<void>;
  /** Moves the results to a name that was not asked for. @throws like `place`. */
  protected abstract placeAs(path: string): Promise<void>;
  /** The n-th name after the one that was asked for. */
  protected abstract numbered(n: number): string;

  /** @returns where the results are. @throws OutputError that says where they are instead. */
  protected async commitAll(): Promise<string> {
    try {
      await this.fill();
      await this.place();
      return this.path;
    } catch (error) {
      return await this.commitElsewhere(error);
    }
  }

  private async fill(): Promise<void> {
    for (const [name, write] of this.writers) await write(this.staging.file(name));
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
    this.staging = await Staging.make(this.path, { inside: false, sizeBytes: 0 });
    await this.fill();
    for (let n = 1; ; n++) {
      const path = n === 1 ? this.path : this.numbered(n);
      if ((await lstat(path).catch(() => undefined)) !== undefined) continue;
      try {
        await this.placeAs(path);
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

/** The folder of this process, unless that was removed. */
function workingFolder(): string {
  try {
    return process.cwd();
  } catch {
    return tmpdir();
  }
}
