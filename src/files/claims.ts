import { randomBytes } from 'node:crypto';
import { link, readdir, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { OutputError } from './atomic-file.js';
import { parseJson } from './json-file.js';
import { removeLeftovers } from './leftovers.js';
import { makeFolder } from './make-folder.js';
import { BOOT_ID, isKnownDead, noteDead, PROCESS_TOKEN, processExists } from './process-token.js';
import { Heartbeat } from './heartbeat.js';
import { isBroken, Lifeline } from './lifeline.js';
import { NotRegularError, readRegular } from './regular-file.js';

/** A claim whose heartbeat stands still for this long is lost. */
export const LEASE_MS = 60_000;

/** Of one length, so that a heartbeat overwrites the one before it. */
const TEXT_LENGTH = 600;
const MOST_BYTES = 2 ** 16;

const claimSchema = v.object({
  host: v.string(),
  pid: v.number(),
  /** Counts up while its holder lives. */
  beat: v.number(),
  // The first versions wrote none of these.
  /** Token of the process. */
  owner: v.optional(v.string()),
  /** Of the machine since it was started, and the name of the socket that tells on it whether the process lives. */
  boot: v.optional(v.string()),
  lifeline: v.optional(v.string()),
  /** A random number of the claim itself. */
  id: v.optional(v.string()),
});

type Claim = v.InferOutput<typeof claimSchema>;

/** `mine`; `takenOver`: mine, its last holder is dead; `others`: another process has it. */
export type ClaimResult = 'mine' | 'takenOver' | 'others';

/**
 * Which process computes which tile of a store: a file per claim in the subfolder `claims`, so that processes, also on
 * several machines with a shared folder, do not compute the same. A claim is lost when its holder is known to be dead,
 * or when its heartbeat has not counted on for a lease's time. That time is taken by the observer's own monotonic
 * clock: no wall clock is read, here or on the other machine. Claims save work only: two writers of one tile write the
 * same bits, and who lost a claim without knowing it does no harm.
 */
export class Claims implements AsyncDisposable {
  private readonly folder: string;
  /** What was last seen of others' claims, and when. */
  private readonly observed = new Map<string, { text: string; sinceMs: number }>();
  /** Names of the claims that were made here, and the id of each. */
  private readonly held = new Map<string, string>();
  private readonly heartbeat: Heartbeat;
  private lifeline: Lifeline | undefined;

  private constructor(
    folder: string,
    private readonly leaseMs: number,
  ) {
    this.folder = join(folder, 'claims');
    this.heartbeat = new Heartbeat(leaseMs / 6, TEXT_LENGTH);
  }

  /** @throws OutputError */
  static async open(storeFolder: string, leaseMs = LEASE_MS): Promise<Claims> {
    const claims = new Claims(storeFolder, leaseMs);
    try {
      await makeFolder(claims.folder);
    } catch (error) {
      throw new OutputError(claims.folder, error);
    }
    claims.lifeline = await Lifeline.open(claims.folder);
    return claims;
  }

  /** Tries to claim a tile, beside those that are claimed already. @throws OutputError */
  async claim(name: string): Promise<ClaimResult> {
    if (await this.create(name)) return 'mine';
    const text = await this.textOfLost(name);
    if (text === undefined || !(await this.moveAway(name, text))) return 'others';
    return (await this.create(name)) ? 'takenOver' : 'others';
  }

  /** Whether a claim that was made here is still there: a process that stood still for a lease may have lost it. */
  async holds(name: string): Promise<boolean> {
    const id = this.held.get(name);
    if (id === undefined) return false;
    const text = await readRegular(this.pathOf(name), MOST_BYTES).catch(() => '');
    return text.includes(id);
  }

  /** Gives up a claim; that of another process, which took it over, stays. */
  async release(name: string): Promise<void> {
    const path = this.pathOf(name);
    this.heartbeat.release(path);
    if (await this.holds(name)) await rm(path, { force: true }).catch(() => undefined);
    this.held.delete(name);
  }

  /** Ends the heartbeat; the folder goes with the last claim. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const name of [...this.held.keys()]) await this.release(name);
    await this.heartbeat[Symbol.asyncDispose]();
    await this.lifeline?.[Symbol.asyncDispose]();
    await rmdir(this.folder).catch(() => undefined);
  }

  private pathOf(name: string): string {
    return join(this.folder, `${name}.json`);
  }

  private async create(name: string): Promise<boolean> {
    const path = this.pathOf(name);
    const claim = {
      host: hostname(),
      pid: process.pid,
      beat: 0,
      owner: PROCESS_TOKEN,
      boot: BOOT_ID,
      lifeline: this.lifeline?.name,
      id: randomBytes(16).toString('hex'),
    };
    const text = `${JSON.stringify(claim).padEnd(TEXT_LENGTH)}\n`;
    const candidate = join(this.folder, `.${name}.${PROCESS_TOKEN}-${candidates++}.tmp`);
    try {
      // Another process may just have removed the folder with its last claim.
      await makeFolder(this.folder);
      // A link appears with its content: a claim without it, of a process killed in between, would be a riddle.
      await writeFile(candidate, text, { flag: 'wx' });
      await link(candidate, path).catch((error: unknown) => linkless(error, path, text));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EEXIST' || code === 'ENOENT') return false;
      throw new OutputError(path, error);
    } finally {
      await rm(candidate, { force: true }).catch(() => undefined);
    }
    this.observed.delete(name);
    this.held.set(name, claim.id);
    this.heartbeat.hold(path, claim);
    return true;
  }

  /** What a lost claim says; undefined if it is not lost, or not there any more. */
  private async textOfLost(name: string): Promise<string | undefined> {
    const text = await this.read(this.pathOf(name));
    if (text === undefined || text === NO_CLAIM) return text;
    const claim = parseClaim(text);
    if (claim !== undefined && (await this.isDead(claim))) return text;
    const last = this.observed.get(name);
    if (last?.text !== text) {
      this.observed.set(name, { text, sinceMs: performance.now() });
      return undefined;
    }
    return performance.now() - last.sinceMs > this.leaseMs ? text : undefined;
  }

  /** Of several processes that see a lost claim one alone moves it away; a claim that was made since stays. */
  private async moveAway(name: string, lost: string): Promise<boolean> {
    const path = this.pathOf(name);
    const moved = join(this.folder, `.lost-${name}.${PROCESS_TOKEN}-${candidates++}.tmp`);
    try {
      await rename(path, moved);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return true;
      throw new OutputError(path, error);
    }
    const isTheLost = (await this.read(moved)) === lost;
    // Another process was faster, and this is its claim; or the heart beat once more.
    if (!isTheLost) await link(moved, path).catch(() => undefined);
    await rm(moved, { force: true }).catch(() => undefined);
    return isTheLost;
  }

  private async isDead({ owner, boot, lifeline, host, pid }: Claim): Promise<boolean> {
    // Of a version that knew no tokens.
    if (owner === undefined)
      return host === hostname() && Number.isInteger(pid) && pid > 0 && !processExists(pid);
    if (isKnownDead(owner)) return true;
    if (boot === undefined || boot === '' || boot !== BOOT_ID || lifeline === undefined) return false;
    const isDead = await isBroken(this.folder, lifeline);
    if (isDead) noteDead(owner);
    return isDead;
  }

  private async read(path: string): Promise<string | undefined> {
    try {
      return await readRegular(path, MOST_BYTES);
    } catch (error) {
      return error instanceof NotRegularError ? NO_CLAIM : undefined;
    }
  }
}

/** In the place of a claim stands something that no process writes: a link, a pipe, a folder. */
const NO_CLAIM = '\0';
let candidates = 0;

/** Names of tiles that are claimed in a store; by whom is not looked at. */
export async function claimedTiles(storeFolder: string): Promise<string[]> {
  const files = await readdir(join(storeFolder, 'claims')).catch(() => [] as string[]);
  return files.filter((file) => /^[a-z].*\.json$/.test(file)).map((file) => file.slice(0, -'.json'.length));
}

/** For a file system without links. */
async function linkless(error: unknown, path: string, text: string): Promise<void> {
  if (!['EPERM', 'ENOTSUP', 'ENOSYS'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  await writeFile(path, text, { flag: 'wx' });
}

/**
 * Removes what killed processes left in the folders of a complete store. A claim on a tile of such a store has no more
 * to protect: its holder died, or lives, between writing the tile and giving the claim up. Temporary files of processes
 * that may live stay.
 *
 * @param held - the claim of the caller, which stays
 */
export async function removeStoreLeftovers(storeFolder: string, held: string): Promise<void> {
  const claims = join(storeFolder, 'claims');
  const nowMs = await storeTimeMs(storeFolder);
  for (const name of await claimedTiles(storeFolder))
    if (name !== held) await rm(join(claims, `${name}.json`), { force: true }).catch(() => undefined);
  for (const folder of [claims, join(storeFolder, 'tiles')])
    await removeLeftovers(folder, (name) => name.startsWith('.'), { nowMs });
}

/** The time by the clock of the store's file system: the folder of claims changed when the caller's claim was made. */
export async function storeTimeMs(storeFolder: string): Promise<number> {
  const status = await stat(join(storeFolder, 'claims')).catch(() => undefined);
  return status?.mtimeMs ?? -Infinity;
}

function parseClaim(text: string): Claim | undefined {
  try {
    return parseJson('claim', text, claimSchema);
  } catch {
    // Being written, or damaged: judged by whether it changes.
    return undefined;
  }
}
