import { link, mkdir, readdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { OutputError } from '../atomic-file.js';

/** A claim whose heartbeat stands still for this long is lost. */
export const LEASE_MS = 60_000;

interface Claim {
  readonly host: string;
  readonly pid: number;
  /** Counts up while its holder lives. */
  readonly beat: number;
}

/**
 * Which process computes which tile of a store: a file per claim in the subfolder `claims`, so that processes, also on
 * several machines with a shared folder, do not compute the same. A claim is lost when its holder is a dead process of
 * this host, or when its heartbeat has not counted on for a lease's time. That time is taken by the observer's own monotonic clock: no wall
 * clock is read, here or on the other machine. Claims save work only: two writers of one tile write the same bits.
 */
export class Claims implements AsyncDisposable {
  private readonly folder: string;
  /** What was last seen of others' claims, and when. */
  private readonly observed = new Map<string, { text: string; sinceMs: number }>();
  /** Names of the tiles, and how often the heart has beaten. */
  private readonly held = new Map<string, number>();
  private beating: Promise<void> = Promise.resolve();
  private readonly timer: NodeJS.Timeout;

  private constructor(
    folder: string,
    private readonly leaseMs: number,
  ) {
    this.folder = join(folder, 'claims');
    this.timer = setInterval(() => {
      this.beating = this.beating.then(() => this.beat());
    }, leaseMs / 6);
    this.timer.unref();
  }

  /** @throws OutputError */
  static async open(storeFolder: string, leaseMs = LEASE_MS): Promise<Claims> {
    const claims = new Claims(storeFolder, leaseMs);
    try {
      await mkdir(claims.folder, { recursive: true });
    } catch (error) {
      clearInterval(claims.timer);
      throw new OutputError(claims.folder, error);
    }
    return claims;
  }

  /**
   * Tries to claim a tile, beside those that are claimed already.
   *
   * @returns `mine`; `takenOver` if its last holder is dead; `others` if another process has it.
   * @throws OutputError
   */
  async claim(name: string): Promise<'mine' | 'takenOver' | 'others'> {
    const path = this.pathOf(name);
    if (await this.create(name)) return 'mine';
    if (!(await this.isLost(name))) return 'others';
    // Of two processes that see a lost claim only one can move it away.
    const moved = join(this.folder, `.lost-${name}-${process.pid}`);
    try {
      await rename(path, moved);
      await rm(moved, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw new OutputError(path, error);
    }
    return (await this.create(name)) ? 'takenOver' : 'others';
  }

  /** Gives up a claim. */
  async release(name: string): Promise<void> {
    if (!this.held.delete(name)) return;
    await this.beating;
    await rm(this.pathOf(name), { force: true }).catch(() => undefined);
  }

  /** Ends the heartbeat; the folder goes with the last claim. */
  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.timer);
    for (const name of [...this.held.keys()]) await this.release(name);
    await rmdir(this.folder).catch(() => undefined);
  }

  private pathOf(name: string): string {
    return join(this.folder, `${name}.json`);
  }

  private async create(name: string): Promise<boolean> {
    const path = this.pathOf(name);
    const candidate = join(this.folder, `.${name}-${process.pid}`);
    try {
      // Another process may just have removed the folder with its last claim.
      await mkdir(this.folder, { recursive: true });
      // A link appears with its content: a claim without it, of a process killed in between, would be a riddle.
      await writeFile(candidate, textOf({ beat: 0 }));
      await link(candidate, path).catch((error: unknown) => linkless(error, path));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EEXIST' || code === 'ENOENT') return false;
      throw new OutputError(path, error);
    } finally {
      await rm(candidate, { force: true }).catch(() => undefined);
    }
    this.observed.delete(name);
    this.held.set(name, 0);
    return true;
  }

  private async beat(): Promise<void> {
    for (const [name, beat] of this.held) {
      this.held.set(name, beat + 1);
      // Without it the claim is lost after a while, and with it work at the most.
      await writeFile(this.pathOf(name), textOf({ beat: beat + 1 }), { flag: 'r+' }).catch(() => undefined);
    }
  }

  private async isLost(name: string): Promise<boolean> {
    let text: string;
    try {
      text = await readFile(this.pathOf(name), 'utf8');
    } catch {
      return false;
    }
    const claim = parseClaim(text);
    if (claim?.host === hostname() && !isAlive(claim.pid)) return true;
    const last = this.observed.get(name);
    if (last?.text !== text) {
      this.observed.set(name, { text, sinceMs: performance.now() });
      return false;
    }
    return performance.now() - last.sinceMs > this.leaseMs;
  }
}

/** Names of tiles that are claimed in a store; by whom is not looked at. */
export async function claimedTiles(storeFolder: string): Promise<string[]> {
  const files = await readdir(join(storeFolder, 'claims')).catch(() => [] as string[]);
  return files.filter((file) => /^[a-z].*\.json$/.test(file)).map((file) => file.slice(0, -'.json'.length));
}

/** For a file system without links. */
async function linkless(error: unknown, path: string): Promise<void> {
  if (!['EPERM', 'ENOTSUP', 'ENOSYS'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  await writeFile(path, textOf({ beat: 0 }), { flag: 'wx' });
}

/**
 * Removes what killed processes left in the folders of claims and tiles of a complete store. A claim on a tile of such a
 * store has no more to protect: its holder died, or lives, between writing the tile and giving the claim up.
 *
 * @param held - the claim of the caller, which stays
 */
export async function removeLeftovers(storeFolder: string, held: string): Promise<void> {
  await removeFiles(join(storeFolder, 'claims'), (file) => file !== `${held}.json`);
  await removeFiles(join(storeFolder, 'tiles'), (file) => file.startsWith('.'));
}

async function removeFiles(folder: string, isLeftover: (file: string) => boolean): Promise<void> {
  for (const file of await readdir(folder).catch(() => [] as string[]))
    if (isLeftover(file)) await rm(join(folder, file), { force: true }).catch(() => undefined);
}

/** Of one length, so that a heartbeat overwrites the one before it. */
function textOf({ beat }: { beat: number }): string {
  const claim: Claim = { host: hostname(), pid: process.pid, beat };
  return `${JSON.stringify(claim).padEnd(200)}\n`;
}

function parseClaim(text: string): Claim | undefined {
  try {
    return JSON.parse(text) as Claim;
  } catch {
    // Being written: judged by whether it changes.
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
