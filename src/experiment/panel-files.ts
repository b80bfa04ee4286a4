import { createHash } from 'node:crypto';
import { readdir, readFile, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { OutputError, writeAtomically } from '../data/atomic-file.js';
import { makeFolder } from '../data/make-folder.js';
import type { FactorIdentity, OpenPanelStore } from '../regression/panel-store.js';

interface State {
  readonly format: 1;
  readonly identity: FactorIdentity;
  /** SHA-256 of every panel file, in order. */
  readonly panels: readonly string[];
}

const STATE = 'factor.json';

/**
 * Keeps the panels of a factor as files of a folder: its pivots, then its rows, float32. The state names the panels
 * that are whole, so a factorisation that was killed goes on after them; panels of another factor are overwritten.
 *
 * @param note Told how many panels were found.
 */
export function panelFiles(folder: string, note: (message: string) => void): OpenPanelStore {
  return async (identity) => {
    const pathOf = (j: number) => join(folder, `panel-${String(j).padStart(4, '0')}.f32`);
    await makeFolder(folder).catch((error: unknown) => {
      throw new OutputError(folder, error);
    });
    const hashes = await wholePanels(folder, identity, pathOf);
    if (hashes.length > 0)
      note(`${hashes.length} panels of this factor are in ${folder}: going on after them`);
    /** Floats of panel j after its pivots; only the last panels are narrower. */
    const load = async (j: number) => {
      const content = await readFile(pathOf(j));
      return new Float32Array(content.buffer, content.byteOffset, content.length / 4);
    };
    const columnsOf = (j: number) => Math.min(identity.width, identity.n - j * identity.width);
    return {
      done: hashes.length,
      async write(j, panel, pivots) {
        const parts = [pivots, panel].map(
          (part) => new Uint8Array(part.buffer, part.byteOffset, part.byteLength),
        );
        await writeAtomically(pathOf(j), parts);
        hashes[j] = hashOf(parts);
        const state: State = { format: 1, identity, panels: hashes };
        await writeAtomically(join(folder, STATE), [JSON.stringify(state)]);
      },
      read: async (j) => (await load(j)).subarray(columnsOf(j)),
      pivots: async (j) => (await load(j)).subarray(0, columnsOf(j)),
    };
  };
}

/** Removes what `panelFiles` wrote there, and the folder if nothing else is in it. */
export async function removePanelFiles(folder: string): Promise<void> {
  const text = await readFile(join(folder, STATE), 'utf8').catch(() => undefined);
  if (text === undefined) return;
  const own = (await readdir(folder)).filter((name) => name === STATE || /^panel-\d+\.f32$/.test(name));
  for (const name of own) await rm(join(folder, name));
  await rmdir(folder).catch(() => undefined);
}

async function wholePanels(
  folder: string,
  identity: FactorIdentity,
  pathOf: (j: number) => string,
): Promise<string[]> {
  const text = await readFile(join(folder, STATE), 'utf8').catch(() => '{}');
  const whole: string[] = [];
  try {
    const state = JSON.parse(text) as Partial<State>;
    if (state.format !== 1 || JSON.stringify(state.identity) !== JSON.stringify(identity)) return [];
    for (const [j, hash] of (state.panels ?? []).entries()) {
      if (hashOf([await readFile(pathOf(j))]) !== hash) break;
      whole.push(hash);
    }
  } catch {
    // A damaged state or a missing panel: what was whole before it is used.
  }
  return whole;
}

function hashOf(parts: readonly Uint8Array[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}
