import type { Bytes } from './bytes.js';
import { InputError } from '../checks/input-error.js';
import { labelNames, namesImages, namesLabels, PLAIN_LABELS } from './label-names.js';
import { shellWord } from '../text/shell-words.js';

/** More names than these are not listed. */
const MOST_NAMES = 20;

export function listNames(names: readonly string[]): string {
  const shown = names
    .slice(0, MOST_NAMES)
    .map((name) => (/^[\w./:-]+$/.test(name) ? name : JSON.stringify(name)));
  const rest = names.length - shown.length;
  return shown.join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}

/** Which array is meant is not clear: an error whose hint is to be typed as it stands. */
function unclear(
  bytes: Bytes,
  names: readonly string[],
  what: string,
  example: string,
  how = 'name it',
): InputError {
  return bytes.error(
    `which of the arrays ${listNames(names)} holds ${what} is not clear; ${how}, as ${shellWord(`${bytes.path}:${example}`)}`,
  );
}

/** The only array of an archive. @throws InputError listing the names if there are several. */
export function pickOnly(bytes: Bytes, names: readonly string[], what: string): string {
  if (names.length === 1) return names[0];
  throw unclear(bytes, names, what, names[0]);
}

/**
 * The array of images of an archive: the one named for it (images, x, data, x_train, …), else the only one that is
 * not named for labels.
 *
 * @throws InputError listing the names if several could be meant.
 */
export function pickImages(bytes: Bytes, names: readonly string[]): string {
  for (const plain of ['images', 'x', 'data']) {
    const exact = names.filter((name) => name.toLowerCase() === plain);
    if (exact.length === 1) return exact[0];
  }
  const named = names.filter((name) => namesImages(name) && !namesLabels(name));
  const candidates = named.length > 0 ? named : names.filter((name) => !namesLabels(name));
  if (candidates.length === 1) return candidates[0];
  throw unclear(bytes, names, 'the images', candidates[0] ?? names[0]);
}

/** The labels that belong to these images, or undefined. @throws InputError if several could be meant. */
export function pickLabelsBeside(bytes: Bytes, names: readonly string[], images: string): string | undefined {
  const likely = [...labelNames(images), 'fine_labels'];
  const named = names.filter((name) => likely.includes(name));
  const plain = names.filter((name) => PLAIN_LABELS.test(name));
  const others = names.length === 2 ? names.filter((name) => name !== images && namesLabels(name)) : [];
  const candidates = [named, plain, others].find((list) => list.length > 0) ?? [];
  if (candidates.length > 1) {
    const how = 'name it with the option for labels';
    throw unclear(bytes, candidates, `the labels of ${listNames([images])}`, candidates[0], how);
  }
  return candidates[0];
}

/** The array of labels of an archive named for its labels. @throws InputError if several could be meant. */
export function pickLabels(bytes: Bytes, names: readonly string[]): string {
  const named = names.filter(namesLabels);
  // Of the two of CIFAR-100 the fine ones, as in its binary files.
  if (named.includes('fine_labels') && named.every((name) => /^(?:fine|coarse)_labels$/.test(name)))
    return 'fine_labels';
  const candidates = named.length > 0 ? named : names;
  if (candidates.length === 1) return candidates[0];
  throw unclear(bytes, names, 'the labels', candidates[0]);
}
