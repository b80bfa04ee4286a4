import { join } from 'node:path';
import * as v from 'valibot';
import { writeAtomically } from '../../files/atomic-file.js';
import { JsonError, readJson } from '../../files/json-file.js';
import type { FactorIdentity } from '../panel-store.js';

export const STATE = 'factor.json';

/** Panels beyond this many have no place in a file name; nor would a factor of so many end. */
const MOST_PANELS = 10_000;

const natural = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const Schema = v.strictObject({
  format: v.literal(2),
  identity: v.strictObject({
    fingerprint: v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/)),
    n: natural,
    shift: v.pipe(v.number(), v.finite()),
    width: natural,
  }),
  /** CRC-32 of every panel file that is whole, in order. */
  panels: v.pipe(
    v.array(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 32 - 1))),
    v.maxLength(MOST_PANELS),
  ),
});

/**
 * The checksums of the panels that a folder holds of this factor; none of another.
 *
 * @param note Told why there are none, if there is a state.
 */
export async function readPanelState(
  folder: string,
  identity: FactorIdentity,
  note: (message: string) => void,
): Promise<readonly number[]> {
  try {
    const state = await readJson(join(folder, STATE), Schema);
    const isSame =
      state.panels.length <= Math.ceil(identity.n / identity.width) &&
      (Object.keys(identity) as (keyof FactorIdentity)[]).every(
        (key) => state.identity[key] === identity[key],
      );
    if (isSame) return state.panels;
    note(`${folder} holds a factor of another kernel, ridge or memory size: this one is begun anew`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    const reason = error instanceof JsonError ? error.message : `${folder}: ${(error as Error).message}`;
    note(`${reason}: the factor is begun anew`);
  }
  return [];
}

/** @throws OutputError */
export async function writePanelState(
  folder: string,
  { fingerprint, n, shift, width }: FactorIdentity,
  panels: readonly number[],
): Promise<void> {
  const state: v.InferOutput<typeof Schema> = {
    format: 2,
    identity: { fingerprint, n, shift, width },
    panels: [...panels],
  };
  await writeAtomically(join(folder, STATE), [JSON.stringify(state)]);
}
