import { stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import * as v from 'valibot';
import { writeAtomically } from '../files/atomic-file.js';
import { JsonError, readJson } from '../files/json-file.js';
import { isTemporary, removeLeftovers } from '../files/leftovers.js';
import { makeFolder } from '../files/make-folder.js';

const APPLICATION = 'cntk-webgpu';
/** Files of another format are ignored. */
const FORMAT = 1;

/** More measurements than that no machine has; a cache that holds more is read no further. */
const MOST_ENTRIES = 10_000;

/**
 * Where measurements of this machine are kept: `CNTK_CACHE_DIR`, else a folder of this package in the user's cache
 * folder (XDG_CACHE_HOME or ~/.cache, ~/Library/Caches on macOS, LOCALAPPDATA on Windows). Undefined where the user has
 * no home, as in containers whose user nobody has entered.
 */
export function cacheFolder(
  env: Readonly<Record<string, string | undefined>> = process.env,
  platform: NodeJS.Platform = process.platform,
  home: () => string | undefined = homeFolder,
): string | undefined {
  if (env.CNTK_CACHE_DIR) return env.CNTK_CACHE_DIR;
  if (platform === 'win32' && env.LOCALAPPDATA) return join(env.LOCALAPPDATA, APPLICATION);
  // The XDG specification has relative paths ignored.
  const isXdg = platform !== 'win32' && platform !== 'darwin';
  if (isXdg && isAbsolute(env.XDG_CACHE_HOME ?? '')) return join(env.XDG_CACHE_HOME!, APPLICATION);
  const folder = home();
  if (folder === undefined) return undefined;
  if (platform === 'win32') return join(folder, 'AppData', 'Local', APPLICATION);
  return join(folder, ...(platform === 'darwin' ? ['Library', 'Caches'] : ['.cache']), APPLICATION);
}

/** Undefined where neither HOME nor the system's list of users names one. */
function homeFolder(): string | undefined {
  try {
    const home = homedir();
    return isAbsolute(home) ? home : undefined;
  } catch {
    return undefined;
  }
}

export interface CacheFileOptions<T> {
  /** Undefined: there is none, and nothing is kept. */
  readonly folder: string | undefined;
  readonly name: string;
  readonly entry: v.GenericSchema<unknown, T>;
  /** Of entries with one key the newest is kept. */
  readonly keyOf: (entry: T) => string;
  readonly warn: (message: string) => void;
}

/**
 * A list of entries in a JSON file that nothing depends on: a file that is missing is empty, a damaged one is empty
 * with a warning, and one that cannot be written stays as it was, with a warning.
 */
export class CacheFile<T> {
  private readonly path: string | undefined;
  private warned = false;

  constructor(private readonly options: CacheFileOptions<T>) {
    const { folder, name } = options;
    this.path = folder === undefined ? undefined : join(folder, name);
  }

  async entries(): Promise<T[]> {
    if (this.path === undefined) {
      this.warn('has no place: there is no home folder; CNTK_CACHE_DIR names another');
      return [];
    }
    try {
      const { format } = await readJson(this.path, v.object({ format: v.optional(v.unknown()) }));
      if (typeof format === 'number' && format !== FORMAT) return [];
      const entries = v.pipe(v.array(this.options.entry), v.maxLength(MOST_ENTRIES));
      return (await readJson(this.path, v.object({ format: v.literal(FORMAT), entries }))).entries;
    } catch (error) {
      if (error instanceof JsonError) {
        this.warn(
          `is damaged (${error.message}); it is ignored, and replaced when something new is measured`,
        );
      } else if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
        this.warn(`cannot be read: ${(error as Error).message}`);
      }
      return [];
    }
  }

  async put(entry: T): Promise<void> {
    const { folder, keyOf } = this.options;
    const kept = (await this.entries()).filter((other) => keyOf(other) !== keyOf(entry));
    if (folder === undefined || this.path === undefined) return;
    try {
      await makeFolder(folder);
      await removeLeftovers(folder, isTemporary, { nowMs: Date.now() });
      const status = await stat(this.path).catch(() => undefined);
      if (status?.isFile() === false) throw new Error('something else than a file has its name');
      const content = { format: FORMAT, entries: [...kept, entry].slice(-MOST_ENTRIES) };
      await writeAtomically(this.path, [`${JSON.stringify(content, undefined, 1)}\n`]);
    } catch (error) {
      this.warn(`cannot be written, so this will be measured again: ${(error as Error).message}`);
    }
  }

  /** Once for each file. */
  private warn(problem: string): void {
    if (!this.warned) this.options.warn(`the cache file ${this.path ?? this.options.name} ${problem}`);
    this.warned = true;
  }
}
