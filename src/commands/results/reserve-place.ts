import { lstat, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { OutputError } from '../../files/atomic-file.js';
import { isTemporary, removeLeftovers, temporariesOf } from '../../files/leftovers.js';
import { Staging } from '../../files/staging.js';
import { UsageError } from '../process/errors.js';
import { codeOf } from './lost-place.js';

// What is looked at, and made, of a place for results before anything is computed.

export async function statOrUndefined(path: string) {
  try {
    return await stat(path);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw new OutputError(path, error);
  }
  if ((await lstat(path).catch(() => undefined))?.isSymbolicLink()) {
    throw new UsageError(`${path} is a link to what does not exist; remove it, or make what it names`);
  }
  return undefined;
}

/**
 * Makes a staging folder for a result, and removes what dead processes left of theirs; of those with one of the
 * `results` in them the results are whole, and stay.
 *
 * @throws OutputError
 */
export async function makeStaging(
  path: string,
  { results, ...options }: Parameters<typeof Staging.make>[1] & { results: readonly string[] },
): Promise<Staging> {
  const whole = resolve(path);
  const leftovers = { nowMs: Date.now(), keep: (left: string) => holdsOneOf(left, results) };
  if (options.inside) await removeLeftovers(whole, isTemporary, leftovers);
  await removeLeftovers(dirname(whole), temporariesOf(whole), leftovers);
  try {
    return await Staging.make(path, options);
  } catch (error) {
    throw new OutputError(path, error);
  }
}

async function holdsOneOf(folder: string, names: readonly string[]): Promise<boolean> {
  for (const name of names) {
    const status = await stat(join(folder, name)).catch(() => undefined);
    if (status?.isFile()) return true;
  }
  return false;
}
