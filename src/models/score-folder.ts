import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readNpy, writeNpy } from '../data/npy.js';
import type { KeptScores } from './predict-images.js';

/** A folder of scores that a stopped run leaves for the next. */
export class ScoreFolder implements KeptScores {
  /** @param folder Is made with the first scores. */
  constructor(readonly folder: string) {}

  async get(name: string): Promise<Float64Array | undefined> {
    try {
      const { data } = await readNpy(this.file(name));
      return data instanceof Float64Array ? data : undefined;
    } catch {
      // Not there, or damaged: it is computed again.
      return undefined;
    }
  }

  async put(name: string, scores: Float64Array): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    await writeNpy(this.file(name), [scores.length], scores);
  }

  /** When the results are written. */
  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  private file(name: string): string {
    return join(this.folder, `${name}.npy`);
  }
}
