import { opendir } from 'node:fs/promises';
import { extname, join, resolve } from 'node:path';
import type { Role } from './convert.js';
import { picturesLine } from './foreign-lines.js';

const PICTURES = ['.png', '.jpg', '.jpeg', '.bmp', '.gif', '.tif', '.tiff', '.webp'];
/** A folder may hold millions of files; some of them say what it is. */
const MOST_ENTRIES = 1000;

/** What to do with a folder in the place of a file: of pictures, perhaps a folder of each class, there is a line. */
export async function folderProblem(folder: string, role: Role): Promise<string> {
  const plain = 'is a folder; name the files in it';
  if (role !== 'images') return plain;
  const entries = await firstEntries(folder);
  const own = pictureIn(entries.files);
  const out = `${resolve(folder)}.npz`;
  if (own !== undefined) {
    return `${plain}, or save its pictures as one array: ${picturesLine(folder, `*${own}`, 'RGB', false, out)}`;
  }
  for (const name of entries.folders) {
    const within = pictureIn((await firstEntries(join(folder, name))).files);
    if (within === undefined) continue;
    return `${plain}, or save its pictures as one array, with their folders as classes: ${picturesLine(folder, `*${within}`, 'RGB', true, out)}`;
  }
  return plain;
}

/** The ending of the first picture among these. */
function pictureIn(files: readonly string[]): string | undefined {
  return files.map((name) => extname(name)).find((end) => PICTURES.includes(end.toLowerCase()));
}

async function firstEntries(folder: string): Promise<{ files: string[]; folders: string[] }> {
  const files: string[] = [];
  const folders: string[] = [];
  try {
    for await (const entry of await opendir(folder)) {
      if (entry.isDirectory()) folders.push(entry.name);
      else files.push(entry.name);
      if (files.length + folders.length >= MOST_ENTRIES) break;
    }
  } catch {
    // What cannot be looked at says nothing.
  }
  return { files: files.sort(), folders: folders.sort().slice(0, 10) };
}
