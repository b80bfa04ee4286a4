import type { DroppedHost } from '../../data/dropped-host.js';
import { InputError } from '../../checks/input-error.js';
import { sortedNames } from '../../data/named-labels.js';
import { findPictures, isLitter, namesPicture, SETS } from '../../data/pictures/picture-folder.js';
import { drawSubset, type SubsetKind } from '../../images/subset.js';
import type { DroppedRoles } from './dropped-roles.js';

/** Names of the folders of sets, those that are to be learnt from and those to test on, best first. */
const TRAIN = ['train', 'training'];
const TEST = ['test', 'testing', 'val', 'valid', 'validation'];

/** The folders of pictures among what was dropped: one, or one to learn from and one to test on. */
export async function picturesDropped(host: DroppedHost): Promise<DroppedRoles> {
  let folder = '.';
  for (;;) {
    const { pictures, folders } = await contentOf(host, folder);
    const find = (names: readonly string[]) =>
      names.flatMap((name) => folders.find((own) => own.toLowerCase() === name) ?? []).at(0);
    const [train, test] = [find(TRAIN), find(TEST)];
    if (train !== undefined && folders.every((name) => SETS.test(name))) {
      const path = (name: string) => [host.join(folder, name)];
      return { train: { paths: path(train) }, test: test === undefined ? undefined : { paths: path(test) } };
    }
    if (pictures > 0 || folders.length !== 1) return { train: { paths: [folder] }, test: undefined };
    folder = host.join(folder, folders[0]);
  }
}

async function contentOf(host: DroppedHost, folder: string) {
  const folders: string[] = [];
  let pictures = 0;
  for (const name of await host.namesIn(folder)) {
    if (isLitter(name)) continue;
    if ((await host.kindOf(host.join(folder, name))) === 'folder') folders.push(name);
    else if (namesPicture(name)) pictures++;
  }
  return { folders, pictures };
}

/**
 * The files of a folder of pictures without all but `count` of its pictures: of very many no page looks at each.
 *
 * @throws InputError as the reader of such folders
 */
export async function thinnedPictures(
  host: DroppedHost,
  folder: string,
  count: number,
  subset: SubsetKind,
  seed: number,
): Promise<DroppedHost> {
  const { pictures, classes } = await findPictures(host, folder);
  if (pictures.length <= count) return host;
  const names = sortedNames(classes ?? []);
  const places = new Map(names.map((name, place) => [name, place]));
  const labels = Int32Array.from(pictures, (_, i) => places.get(classes?.[i] ?? '') ?? 0);
  const drawn = drawSubset(labels, count, subset, seed).map((index) => pictures[index].name);
  const kept = new Set(drawn);
  return host.only((path) => kept.has(path) || !namesPicture(path));
}

/** @throws InputError if there are other data beside the pictures: which are meant is not clear */
export function assertOnlyPictures(pictures: readonly string[], data: readonly string[]): void {
  if (data.length === 0) return;
  throw new InputError(
    data[0],
    `was dropped with pictures (${pictures[0]}); drop one set of data at a time: pictures with a folder for each class, or files of arrays with their labels`,
  );
}
