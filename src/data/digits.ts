import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { fileError } from '../checks/input-error.js';
import { parseDigits } from './digits-text.js';
import type { LabelledImages } from './load.js';

/**
 * The 1,797 handwritten digits that ship with the project (digits/README.md): 8×8 pixels in 0 … 1, ten classes.
 *
 * @throws InputError if the file is missing or damaged, that is, the installation is.
 */
export async function loadDigits(): Promise<LabelledImages> {
  const file = fileURLToPath(new URL('./digits/digits.csv.gz', import.meta.url));
  let text: string;
  try {
    text = (await promisify(gunzip)(await readFile(file))).toString('latin1');
  } catch (error) {
    throw fileError(file, error);
  }
  return parseDigits(file, text);
}
