import type { StatsFs } from 'node:fs';
import { open, readdir, rm, rmdir, stat, statfs } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import { ArgumentError, assertKeys, assertRunOptions, assertText } from '../../checks/arguments.js';
import { className } from '../../checks/class-name.js';
import { OutputError, writeAtomically } from '../../files/atomic-file.js';
import { isTemporary } from '../../files/leftovers.js';
import { makeFolder } from '../../files/make-folder.js';
import { Claims, LEASE_MS, removeStoreLeftovers } from '../../files/claims.js';
import { DamagedPanelError, type FactorIdentity, type PanelStore } from '../panel-store.js';
import { readPanelState, STATE, writePanelState } from './panel-state.js';
import { formatSize } from '../../text/sizes.js';

/** Bytes that are read, written or summed at a time: an interrupt is heard in between. */
const PIECE = 2 ** 24;

const PANEL = /^panel-(\d+)\.f32$/;

/** Claimed by the process whose panels are in the folder. */
const FACTOR = 'factor';

/** Another process keeps its factor in the folder. */
export class FactorInUseError extends Error {
  override readonly name = 'FactorInUseError';
  constructor(folder: string) {
    super(`${folder} belongs to another process that is at work there; let it end, or write elsewhere`);
  }
}

export interface PanelFilesOptions {
  /** Told what was found, and what is waited for; by default nobody is. */
  readonly note?: (message: string) => void;
  readonly signal?: AbortSignal;
  /** After this time the holder of a claim counts as lost. */
  readonly leaseMs?: number;
}

/**
 * Keeps the panels of a factor as files of a folder: its pivots, then its rows, float32. The state names the panels
 * that are whole, so a factorisation that was killed goes on after them; every panel is checked when it is read, and
 * panels of another factor are removed. The folder belongs to one process at a time, from the first panel on: one that
 * stood still for so long that another took its place writes nothing more there, and waits until that has ended.
 */
export class PanelFiles implements AsyncDisposable {
  private claims: Claims | undefined;
  private readonly options: PanelFilesOptions & Required<Pick<PanelFilesOptions, 'note'>>;

  /** @throws ArgumentError */
  constructor(
    readonly folder: string,
    options: PanelFilesOptions = {},
  ) {
    assertText('PanelFiles: folder', folder);
    assertKeys('PanelFiles', options, ['note', 'signal', 'leaseMs']);
    assertRunOptions('PanelFiles', options);
    const { note = () => undefined } = options;
    if (typeof note !== 'function')
      throw new ArgumentError(`PanelFiles: note is ${className(note)}; a function is wanted`);
    this.options = { ...options, note };
  }

  /** Opens the panels of a factor, as `OpenPanelStore` asks for. @throws OutputError; FactorInUseError; the signal's reason. */
  readonly open = async (identity: FactorIdentity): Promise<PanelStore> => {
    const { folder } = this;
    // Of several ridges each has its own factor: only what another run left is worth a word.
    const note = this.claims === undefined ? this.options.note : () => undefined;
    await this.claim();
    const columnsOf = (j: number) => Math.min(identity.width, identity.n - j * identity.width);
    const sums = await this.wholePanels(identity, note);
    await this.removeOthers(sums.length);
    if (sums.length > 0)
      this.options.note(`${sums.length} panels of this factor are in ${folder}: going on after them`);
    const load = async (j: number) => {
      const panel = await this.load(j, sums[j]);
      if (panel === undefined)
        throw new DamagedPanelError(`panel ${j} of ${folder} is no longer what was written`);
      return panel;
    };
    return {
      done: sums.length,
      write: async (j, panel, pivots) => {
        await this.assertHeld();
        let sum = 0;
        await writeAtomically(
          this.pathOf(j),
          this.untilAborted([pivots, panel], (piece) => (sum = crc32(piece, sum))),
        );
        sums[j] = sum;
        await this.assertHeld();
        await writePanelState(folder, identity, sums);
      },
      read: async (j) => (await load(j)).subarray(columnsOf(j)),
      pivots: async (j) => (await load(j)).subarray(0, columnsOf(j)),
    };
  };

  /**
   * Checks that the disk has room before anything is computed; panels that are there already need none.
   *
   * @param factorBytes What all panels take. @param resultBytes What is written beside them takes. @throws OutputError
   */
  async assertRoom(factorBytes: number, resultBytes: number): Promise<void> {
    let present = 0;
    for (const name of await readdir(this.folder).catch(() => [] as string[])) {
      if (PANEL.test(name)) present += (await stat(join(this.folder, name))).size;
    }
    const { blocks, bavail, bsize } = await spaceOf(resolve(this.folder));
    const needed = factorBytes + resultBytes - present;
    // Some file systems do not tell.
    if (blocks === 0 || bavail * bsize >= needed) return;
    const problem =
      `the factor takes ${formatSize(factorBytes)} and the results ${formatSize(resultBytes)}, but only ` +
      `${formatSize(present + bavail * bsize)} are free there; free some space, or write elsewhere`;
    throw new OutputError(this.folder, new Error(problem));
  }

  /** Removes what was written there, also what a killed run left, and the folder if nothing else is in it. */
  async remove(): Promise<void> {
    if (!(await this.holds()) && !(await this.claimLeftovers())) return;
    await rm(join(this.folder, STATE), { force: true });
    await this.removeOthers(0);
    // Of killed processes there may be sockets and claims that were being made.
    await removeStoreLeftovers(this.folder, FACTOR);
    await this[Symbol.asyncDispose]();
    await rmdir(this.folder).catch(() => undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { claims } = this;
    this.claims = undefined;
    await claims?.[Symbol.asyncDispose]();
  }

  /** @returns whether there is a factor that belongs to nobody. */
  private async claimLeftovers(): Promise<boolean> {
    const isThere = await stat(join(this.folder, STATE)).then(
      () => true,
      () => false,
    );
    if (!isThere) return false;
    await this[Symbol.asyncDispose]();
    const claims = await Claims.open(this.folder, this.options.leaseMs);
    if ((await claims.claim(FACTOR)) !== 'others') {
      this.claims = claims;
      return true;
    }
    await claims[Symbol.asyncDispose]();
    return false;
  }

  private async holds(): Promise<boolean> {
    return this.claims !== undefined && (await this.claims.holds(FACTOR));
  }

  /** @throws DamagedPanelError, upon which the factor is opened anew. */
  private async assertHeld(): Promise<void> {
    if (await this.holds()) return;
    throw new DamagedPanelError(`${this.folder} was taken over by another process, or removed`);
  }

  /** Waits for a holder that may be dead; whoever lives then is left in peace. A claim that was lost is waited for. */
  private async claim(): Promise<void> {
    const { folder } = this;
    if (this.claims !== undefined) {
      if (await this.holds()) return;
      this.options.note(
        `${folder} was taken over by another process, or removed, while this one stood still`,
      );
      return this.waitFor(this.claims, Infinity);
    }
    await makeFolder(folder).catch((error: unknown) => {
      throw new OutputError(folder, error);
    });
    const { leaseMs = LEASE_MS } = this.options;
    const claims = await Claims.open(folder, leaseMs);
    try {
      await this.waitFor(claims, 1.5 * leaseMs);
    } catch (error) {
      await claims[Symbol.asyncDispose]();
      throw error;
    }
    this.claims = claims;
  }

  /** @throws FactorInUseError after that time. */
  private async waitFor(claims: Claims, patienceMs: number): Promise<void> {
    const { folder } = this;
    const { note, signal, leaseMs = LEASE_MS } = this.options;
    const started = performance.now();
    let isNoted = false;
    while ((await claims.claim(FACTOR)) === 'others') {
      if (performance.now() - started > patienceMs) throw new FactorInUseError(folder);
      if (!isNoted) {
        const limit = Number.isFinite(patienceMs)
          ? `up to ${Math.ceil(patienceMs / 1000)} s, should it be dead`
          : 'until it ends';
        note(`${folder} is claimed by another process: waiting ${limit}`);
      }
      isNoted = true;
      await sleep(Math.min(1000, leaseMs / 10), undefined, { signal }).catch(() => signal?.throwIfAborted());
    }
  }

  /** Checksums of the panels that are there and whole, up to the first that is not. */
  private async wholePanels(identity: FactorIdentity, note: (message: string) => void): Promise<number[]> {
    const known = await readPanelState(this.folder, identity, note);
    const whole: number[] = [];
    for (const [j, sum] of known.entries()) {
      if ((await this.load(j, sum)) === undefined) {
        this.options.note(
          `panel ${j} in ${this.folder} is damaged: it and those after it are computed again`,
        );
        break;
      }
      whole.push(sum);
    }
    return whole;
  }

  /** Pivots and rows; undefined if the file is not what has this checksum. */
  private async load(j: number, sum: number): Promise<Float32Array | undefined> {
    const { signal } = this.options;
    const handle = await open(this.pathOf(j), 'r').catch(() => undefined);
    if (handle === undefined) return undefined;
    try {
      const status = await handle.stat();
      if (!status.isFile() || status.size % 4 !== 0) return undefined;
      const content = new Uint8Array(status.size);
      let found = 0;
      for (let done = 0; done < content.length;) {
        signal?.throwIfAborted();
        const { bytesRead } = await handle.read(content, done, Math.min(PIECE, content.length - done), done);
        if (bytesRead === 0) return undefined;
        found = crc32(content.subarray(done, done + bytesRead), found);
        done += bytesRead;
      }
      return found === sum ? new Float32Array(content.buffer) : undefined;
    } finally {
      await handle.close();
    }
  }

  /** Panels from `first` on, and what a killed process left half written. */
  private async removeOthers(first: number): Promise<void> {
    const isOther = (name: string) => {
      const number = PANEL.exec(name)?.[1];
      // The folder is this process's, and with it what another began to write.
      return number === undefined ? isTemporary(name) : Number(number) >= first;
    };
    try {
      for (const name of (await readdir(this.folder)).filter(isOther)) await rm(join(this.folder, name));
    } catch (error) {
      throw new OutputError(this.folder, error);
    }
  }

  private pathOf(j: number): string {
    return join(this.folder, `panel-${String(j).padStart(4, '0')}.f32`);
  }

  private *untilAborted(
    parts: readonly Float32Array[],
    onPiece: (piece: Uint8Array) => void,
  ): Generator<Uint8Array> {
    for (const { buffer, byteOffset, byteLength } of parts) {
      for (let at = 0; at < byteLength; at += PIECE) {
        this.options.signal?.throwIfAborted();
        const piece = new Uint8Array(buffer, byteOffset + at, Math.min(PIECE, byteLength - at));
        onPiece(piece);
        yield piece;
      }
    }
  }
}

/** The room on the file system that holds this folder, or will. */
async function spaceOf(folder: string): Promise<StatsFs> {
  try {
    return await statfs(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(folder) === folder) {
      throw new OutputError(folder, error);
    }
    return await spaceOf(dirname(folder));
  }
}
