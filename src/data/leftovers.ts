import { lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isKnownDead, tokenInName } from './process-token.js';

/** What nobody has written to for so long has no owner any more, wherever that was. */
const IDLE_MS = 24 * 3600 * 1000;

/**
 * Removes what killed processes left in a folder: temporary files and folders that carry the token of a dead process.
 * What belongs to a living process stays, and so does what belongs to one that cannot be seen from here, unless it has
 * not changed for a day. Nothing is thrown: what cannot be removed stays.
 *
 * @param isTemporary Which names are those of temporary files.
 * @param nowMs The time by the clock of that file system, the only one that its dates can be compared with; if it is
 * not given only what belongs to the dead goes.
 */
export async function removeLeftovers(
  folder: string,
  isTemporary: (name: string) => boolean,
  nowMs = -Infinity,
): Promise<void> {
  for (const name of await readdir(folder).catch(() => [] as string[])) {
    if (!isTemporary(name)) continue;
    const path = join(folder, name);
    const token = tokenInName(name);
    const isDead = token !== undefined && isKnownDead(token);
    if (isDead || nowMs - (await lastChangeMs(path)) > IDLE_MS)
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
