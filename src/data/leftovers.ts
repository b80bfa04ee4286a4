import { readdir, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { identityToken, lifeOf, parseIdentityToken } from './process-identity.js';

// What a process makes on the way to a result bears the result's name and the process's identity, so that the next one
// can tell what a dead process left from what a living one needs.

/** A name that is cut, so that what is added to it still fits into 255 bytes. */
const LONGEST_BASE = 120;

let made = 0;

/** `.K.npy.TOKEN-0.tmp` in the folder of `path`: a file that is renamed to `path` when it is whole. */
export function temporaryFile(path: string): string {
  return join(dirname(path), `.${shortened(basename(path))}.${identityToken()}-${made++}.tmp`);
}

/**
 * A folder in which results wait until all are there: `OUT.partial-TOKEN` beside OUT, or `.partial-TOKEN` in it.
 *
 * @param path Ends without a separator.
 */
export function stagingFolder(path: string, inside: boolean): string {
  const name = `.partial-${identityToken()}`;
  return inside ? join(path, name) : join(dirname(path), `${shortened(basename(path))}${name}`);
}

/** The identity of the process is unknown from here, but it has not touched what it made for this long. */
const FORGOTTEN_MS = 24 * 3600 * 1000;

/** Staging folders are touched this often while their process lives. */
export const TOUCH_MS = 10 * 60 * 1000;

/**
 * Removes temporary files and staging folders that dead processes left in a folder. What belongs to a living one stays;
 * where that cannot be known (another machine, another container), what is older than a day goes. Nothing else is
 * touched, and what cannot be removed stays: it is in nobody's way.
 *
 * @param base Only of results of this name; all, if it is undefined. @param keep What stays although its process is dead.
 */
export async function removeLeftovers(
  folder: string,
  base?: string,
  keep?: (path: string) => Promise<boolean>,
): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const found = parseLeftover(name);
    if (found === undefined || (base !== undefined && found.base !== shortened(base))) continue;
    const path = join(folder, name);
    try {
      const { mtimeMs } = await stat(path);
      const life = found.identity === undefined ? 'unknown' : lifeOf(found.identity);
      const isDead = life === 'dead' || (life === 'unknown' && Date.now() - mtimeMs > FORGOTTEN_MS);
      if (isDead && !(await keep?.(path))) await rm(path, { recursive: true, force: true });
    } catch {
      // Gone meanwhile, or not ours to remove.
    }
  }
}

/** Names without a token are those of earlier versions, which put the number of the process there. */
function parseLeftover(name: string) {
  const match =
    /^\.(.{1,200})\.([\da-fx-]{1,80})-\d{1,9}\.tmp$/.exec(name) ??
    /^(.{0,200})\.partial-([\da-fx-]{1,80})$/.exec(name);
  if (match === null) return undefined;
  const [, base, token] = match;
  const identity = parseIdentityToken(token);
  return identity !== undefined || /^\d{1,10}$/.test(token) ? { base, identity } : undefined;
}

function shortened(name: string): string {
  const bytes = Buffer.from(name);
  return bytes.length <= LONGEST_BASE
    ? name
    : bytes
        .subarray(0, LONGEST_BASE)
        .toString()
        .replace(/\uFFFD+$/, '');
}
