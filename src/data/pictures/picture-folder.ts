import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { fileError, InputError } from '../../checks/input-error.js';
import { shellWord } from '../../text/shell-words.js';
import type { EncodedPicture } from './picture-stack.js';
import { byCodePoints } from '../../text/byte-text.js';

/** The pictures of a folder, in the order of their names, and the folder of each: its class. */
export interface PictureFolder {
  readonly pictures: readonly EncodedPicture[];
  /** [pictures]; undefined if they lie in the folder itself. */
  readonly classes: readonly string[] | undefined;
  readonly notes: readonly string[];
}

const PICTURES = ['.png', '.jpg', '.jpeg', '.jpe', '.jfif'];
/** Pictures that are not read: to leave them out silently would lose images. */
const OTHER_PICTURES = [
  '.bmp',
  '.gif',
  '.tif',
  '.tiff',
  '.webp',
  '.avif',
  '.heic',
  '.ppm',
  '.pgm',
  '.pnm',
  '.jp2',
  '.jxl',
];
/** What systems leave in folders. */
const LITTER = /^(?:\.|Thumbs\.db$|desktop\.ini$|__MACOSX$|@eaDir$)/i;
/** Folders that hold sets of images rather than images of a class. */
const SETS = /^(?:train|training|test|testing|val|valid|validation)$/i;

/**
 * Finds the pictures of a folder: those in it, without classes; or those in its folders, one for each class, as
 * torchvision's ImageFolder has them. Hidden files, and files that are no pictures, are left out.
 *
 * @throws InputError for a folder without pictures, an empty class, pictures beside classes, other kinds of pictures,
 * a link that leads back, or folders that are sets and not classes.
 */
export async function findPictures(folder: string): Promise<PictureFolder> {
  const own = await listFolder(folder);
  const others: string[] = [];
  const direct = picturesIn(folder, own.files, others);
  if (own.folders.length === 0) {
    if (direct.length === 0) throw noPictures(folder, others);
    return { pictures: direct.map(encoded), classes: undefined, notes: notesOf(others) };
  }
  if (direct.length > 0) {
    throw new InputError(
      folder,
      `holds pictures (${basename(direct[0])}) beside folders (${own.folders[0]}); put every picture into the folder of its class, or all into one folder without others`,
    );
  }
  if (own.folders.every((name) => SETS.test(name))) {
    const paths = own.folders.map((name) => join(folder, name));
    throw new InputError(
      folder,
      `holds sets of images, not classes: ${own.folders.join(', ')}; name one, as ${paths[0]}`,
    );
  }
  const pictures: string[] = [];
  const classes: string[] = [];
  for (const name of own.folders) {
    const path = join(folder, name);
    const found = await walk(path, others, [await realpath(folder)]);
    if (found.length === 0) {
      throw new InputError(
        path,
        'is the folder of a class, but holds no pictures (PNG, JPEG); fill or remove it',
      );
    }
    pictures.push(...found);
    // The same name is written in two ways by macOS and the others.
    for (let i = 0; i < found.length; i++) classes.push(name.normalize('NFC'));
  }
  return { pictures: pictures.map(encoded), classes, notes: notesOf(others) };
}

function encoded(path: string): EncodedPicture {
  return {
    name: path,
    read: () =>
      readFile(path).catch((error: unknown) => {
        throw fileError(path, error);
      }),
  };
}

async function listFolder(folder: string): Promise<{ files: string[]; folders: string[] }> {
  const files: string[] = [];
  const folders: string[] = [];
  try {
    for (const name of (await readdir(folder)).sort(byCodePoints)) {
      if (LITTER.test(name)) continue;
      const status = await stat(join(folder, name));
      if (status.isDirectory()) folders.push(name);
      else if (status.isFile()) files.push(name);
    }
  } catch (error) {
    const { path = folder, code } = error as NodeJS.ErrnoException;
    if (code === 'ELOOP') throw new InputError(path, 'is a link that leads back to itself; remove it');
    throw fileError(path, error);
  }
  return { files, folders };
}

/** The pictures of a folder and of all below it. @param above The folders on the way here, to notice a link back. */
async function walk(folder: string, others: string[], above: readonly string[]): Promise<string[]> {
  const real = await realpath(folder);
  if (above.includes(real)) throw new InputError(folder, `is a link that leads back to ${real}; remove it`);
  const { files, folders } = await listFolder(folder);
  const found = picturesIn(folder, files, others);
  for (const name of folders) found.push(...(await walk(join(folder, name), others, [...above, real])));
  return found;
}

function picturesIn(folder: string, files: readonly string[], others: string[]): string[] {
  return files.flatMap((name) => {
    const path = join(folder, name);
    const end = extname(name).toLowerCase();
    if (PICTURES.includes(end)) return [path];
    if (OTHER_PICTURES.includes(end)) {
      throw new InputError(
        path,
        `is a picture in a format that is not read here (PNG and JPEG are); save it as PNG: python3 -c 'from PIL import Image; import sys; Image.open(sys.argv[1]).save(sys.argv[1] + ".png")' ${shellWord(path)}, and remove this one`,
      );
    }
    others.push(path);
    return [];
  });
}

function notesOf(others: readonly string[]): string[] {
  if (others.length === 0) return [];
  return [
    `${others.length} file${others.length === 1 ? ' is no picture and is' : 's are no pictures and are'} left out, as ${others[0]}`,
  ];
}

function noPictures(folder: string, others: readonly string[]): InputError {
  const what =
    others.length === 0
      ? 'is empty'
      : `holds ${basename(others[0])}${others.length > 1 ? `, and ${others.length - 1} more` : ''}`;
  return new InputError(
    folder,
    `is a folder without pictures (it ${what}); name the files in it, or a folder of PNG or JPEG pictures, with a folder for each class`,
  );
}
