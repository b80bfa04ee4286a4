import { InputError } from '../../checks/input-error.js';
import { shellWord } from '../../text/shell-words.js';
import type { Host } from '../host.js';
import type { EncodedPicture } from './picture-stack.js';
import { nameEnding } from '../../text/paths.js';
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

/** Whether something of this name is left out without a word. */
export function isLitter(name: string): boolean {
  return LITTER.test(name);
}

/** Whether a file is a picture that is read here, by its name. */
export function namesPicture(name: string): boolean {
  return PICTURES.includes(nameEnding(name).toLowerCase());
}
/** Folders that hold sets of images rather than images of a class. */
export const SETS = /^(?:train|training|test|testing|val|valid|validation)$/i;

/**
 * Finds the pictures of a folder: those in it, without classes; or those in its folders, one for each class, as
 * torchvision's ImageFolder has them. Hidden files, and files that are no pictures, are left out.
 *
 * @throws InputError for a folder without pictures, an empty class, pictures beside classes, other kinds of pictures,
 * a link that leads back, or folders that are sets and not classes.
 */
export async function findPictures(host: Host, folder: string): Promise<PictureFolder> {
  const own = await listFolder(host, folder);
  const others: string[] = [];
  const direct = picturesIn(host, folder, own.files, others);
  if (own.folders.length === 0) {
    if (direct.length === 0) throw noPictures(host, folder, others);
    return {
      pictures: direct.map((path) => encoded(host, path)),
      classes: undefined,
      notes: notesOf(others),
    };
  }
  if (direct.length > 0) {
    throw new InputError(
      folder,
      `holds pictures (${host.split(direct[0]).name}) beside folders (${own.folders[0]}); put every picture into the folder of its class, or all into one folder without others`,
    );
  }
  if (own.folders.every((name) => SETS.test(name))) {
    const paths = own.folders.map((name) => host.join(folder, name));
    throw new InputError(
      folder,
      `holds sets of images, not classes: ${own.folders.join(', ')}; name one, as ${paths[0]}`,
    );
  }
  const pictures: string[] = [];
  const classes: string[] = [];
  for (const name of own.folders) {
    const path = host.join(folder, name);
    const found = await walk(host, path, others, [await host.realPath(folder)]);
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
  return { pictures: pictures.map((path) => encoded(host, path)), classes, notes: notesOf(others) };
}

function encoded(host: Host, path: string): EncodedPicture {
  return { name: path, read: () => host.read(path) };
}

async function listFolder(host: Host, folder: string): Promise<{ files: string[]; folders: string[] }> {
  const files: string[] = [];
  const folders: string[] = [];
  for (const name of [...(await host.namesIn(folder))].sort(byCodePoints)) {
    if (isLitter(name)) continue;
    const kind = await host.kindOf(host.join(folder, name));
    if (kind === 'folder') folders.push(name);
    else if (kind === 'file') files.push(name);
  }
  return { files, folders };
}

/** The pictures of a folder and of all below it. @param above The folders on the way here, to notice a link back. */
async function walk(
  host: Host,
  folder: string,
  others: string[],
  above: readonly string[],
): Promise<string[]> {
  const real = await host.realPath(folder);
  if (above.includes(real)) throw new InputError(folder, `is a link that leads back to ${real}; remove it`);
  const { files, folders } = await listFolder(host, folder);
  const found = picturesIn(host, folder, files, others);
  for (const name of folders)
    found.push(...(await walk(host, host.join(folder, name), others, [...above, real])));
  return found;
}

function picturesIn(host: Host, folder: string, files: readonly string[], others: string[]): string[] {
  return files.flatMap((name) => {
    const path = host.join(folder, name);
    if (namesPicture(name)) return [path];
    if (OTHER_PICTURES.includes(nameEnding(name).toLowerCase())) {
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

function noPictures(host: Host, folder: string, others: readonly string[]): InputError {
  const what =
    others.length === 0
      ? 'is empty'
      : `holds ${host.split(others[0]).name}${others.length > 1 ? `, and ${others.length - 1} more` : ''}`;
  return new InputError(
    folder,
    `is a folder without pictures (it ${what}); name the files in it, or a folder of PNG or JPEG pictures, with a folder for each class`,
  );
}
