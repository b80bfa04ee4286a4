import { mkdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { writeAtomically } from '../data/atomic-file.js';

const APPLICATION = 'cntk-webgpu';
/** Files of another format are ignored. */
const FORMAT = 1;

/**
 * Where measurements of this machine are kept: `CNTK_CACHE_DIR`, else a folder of this package in the user's cache
 * folder (XDG_CACHE_HOME or ~/.cache, ~/Library/Caches on macOS, LOCALAPPDATA on Windows).
 */
export function cacheFolder(
  env: Readonly<Record<string, string | undefined>> = process.env,
  platform: NodeJS.Platform = process.platform,
  home = homedir(),
): string {
  if (env.CNTK_CACHE_DIR) return env.CNTK_CACHE_DIR;
  if (platform === 'win32') return join(env.LOCALAPPDATA || join(home, 'AppData', 'Local'), APPLICATION);
  if (platform === 'darwin') return join(home, 'Library', 'Caches', APPLICATION);
  // The XDG specification has relative paths ignored.
  const named = env.XDG_CACHE_HOME ?? '';
  return join(isAbsolute(named) ? named : join(home, '.cache'), APPLICATION);
}

export interface CacheFileOptions<T> {
  readonly folder: string;
  readonly name: string;
  readonly isEntry: (value: unknown) => value is T;
  /** Of entries with one key the newest is kept. */
  readonly keyOf: (entry: T) => string;
  readonly warn: (message: string) => void;
}

/**
 * A list of entries in a JSON file that nothing depends on: a file that is missing is empty, a damaged one is empty
 * with a warning, and one that cannot be written stays as it was, with a warning.
 */
export class CacheFile<T> {
  private readonly path: string;
  private warned = false;

  constructor(private readonly options: CacheFileOptions<T>) {
    this.path = join(options.folder, options.name);
  }

  async entries(): Promise<T[]> {
    let text: string;
    try {
      text = await readFile(this.path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
        this.warn(`cannot be read: ${(error as Error).message}`);
      return [];
    }
    try {
      const { format, entries } = JSON.parse(text) as { format: unknown; entries: unknown };
      if (typeof format === 'number' && format !== FORMAT) return [];
      if (format === FORMAT && Array.isArray(entries) && entries.every(this.options.isEntry)) return entries;
    } catch {
      // The same as a file that holds something else.
    }
    this.warn('is damaged; it is ignored, and replaced when something new is measured');
    return [];
  }

  async put(entry: T): Promise<void> {
    const { folder, keyOf } = this.options;
    const kept = (await this.entries()).filter((other) => keyOf(other) !== keyOf(entry));
    try {
      await mkdir(folder, { recursive: true });
      const content = { format: FORMAT, entries: [...kept, entry] };
      await writeAtomically(this.path, [`${JSON.stringify(content, undefined, 1)}\n`]);
    } catch (error) {
      this.warn(`cannot be written, so this will be measured again: ${(error as Error).message}`);
    }
  }

  /** Once for each file. */
  private warn(problem: string): void {
    if (!this.warned) this.options.warn(`the cache file ${this.path} ${problem}`);
    this.warned = true;
  }
}
