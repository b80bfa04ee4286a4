import { lstat, readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isKnownDead, PROCESS_TOKEN, tokenInName } from './process-token.js';

// What a process makes on the way to a result bears the result's name and the process's token, so that the next one can
// tell what a dead process left from what a living one needs.

/** A name is cut to this length, so that what is added to it still fits into the 255 bytes that file systems allow. */
const LONGEST_BASE_BYTES = 120;
/** Names with a number in the place of a token are those of earlier versions: the number of the process. */
const TEMPORARY = /^(?:\.(.{1,200})\.[\da-f-]{1,80}-\d{1,9}\.tmp|(.{0,200})\.partial-[\da-f-]{1,80})$/;
/** What nobody has written to for so long has no owner any more, wherever that was. */
const IDLE_MS = 24 * 3600 * 1000;
/** Staging folders are touched this often while their process lives. */
export const TOUCH_MS = 10 * 60 * 1000;

let made = 0;

/** `.K.npy.TOKEN-0.tmp` in the folder of `path`: a file that is renamed to `path` when it is whole. */
export function temporaryFile(path: string): string {
  return join(dirname(path), `.${shortened(basename(path))}.${PROCESS_TOKEN}-${made++}.tmp`);
}

/**
 * A folder in which results wait until all are there: `OUT.partial-TOKEN-0` beside OUT, or `.partial-TOKEN-0` in it.
 *
 * @param path Ends without a separator.
 */
export function stagingFolder(path: string, inside: boolean): string {
  const name = `.partial-${PROCESS_TOKEN}-${made++}`;
  return inside ? join(path, name) : join(dirname(path), `${shortened(basename(path))}${name}`);
}

/** Whether a name is one that `temporaryFile` or `stagingFolder` gives. */
export function isTemporary(name: string): boolean {
  return TEMPORARY.test(name);
}

/** Which names `temporaryFile` and `stagingFolder` give for this result. */
export function temporariesOf(path: string): (name: string) => boolean {
  const base = shortened(basename(path));
  return (name) => {
    const match = TEMPORARY.exec(name);
    return match !== null && match.slice(1).includes(base);
  };
}

export interface LeftoverOptions {
  /**
   * The time by the clock of that file system, the only one that its dates can be compared with. Without it only what
   * belongs to the dead goes, however old the rest is.
   */
  readonly nowMs?: number;
  /** What stays although its process is dead. */
  readonly keep?: (path: string) => Promise<boolean>;
}

/**
 * Removes what killed processes left in a folder: temporary files and folders that carry the token of a dead process.
 * What belongs to a living process stays, and so does what belongs to one that cannot be seen from here, unless it has
 * not changed for a day. Nothing is thrown: what cannot be removed stays.
 *
 * @param isMeant Which names are looked at, all of them names of temporary files and folders.
 */
export async function removeLeftovers(
  folder: string,
  isMeant: (name: string) => boolean,
  { nowMs = -Infinity, keep }: LeftoverOptions = {},
): Promise<void> {
  for (const name of await readdir(folder).catch(() => [] as string[])) {
    if (!isMeant(name)) continue;
    const path = join(folder, name);
    const token = tokenInName(name);
    const isDead =
      (token !== undefined && isKnownDead(token)) || nowMs - (await lastChangeMs(path)) > IDLE_MS;
    if (isDead && !(await keep?.(path)))
      await rm(path, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** Of a file, or of a folder and the files in it. */
async function lastChangeMs(path: string): Promise<number> {
  try {
    const status = await lstat(path);
    if (!status.isDirectory()) return status.mtimeMs;
    let last = status.mtimeMs;
    for (const name of await readdir(path)) last = Math.max(last, (await lstat(join(path, name))).mtimeMs);
    return last;
  } catch {
    // It is being removed, by someone else.
    return Infinity;
  }
}

function shortened(name: string): string {
  const bytes = Buffer.from(name);
  if (bytes.length <= LONGEST_BASE_BYTES) return name;
  let end = LONGEST_BASE_BYTES;
  // No character is cut in two: its further bytes begin with the bits 10.
  while ((bytes[end] & 0xc0) === 0x80) end--;
  return bytes.subarray(0, end).toString();
}
