import { isFile, type Host } from './host.js';

/** A path as the user gives it: a file, or one array of an archive as `file.npz:name`. */
export interface ArrayPath {
  readonly file: string;
  readonly array: string | undefined;
}

/**
 * Which part of a path is the file and which the array's name. Both may hold colons and slashes, so the files decide:
 * the file is the longest part before a colon that is one.
 */
export async function splitArrayPath(host: Host, path: string): Promise<ArrayPath> {
  const whole = { file: path, array: undefined };
  const parts = [...path.matchAll(/:/g)]
    .map(({ index }) => ({ file: path.slice(0, index), array: path.slice(index + 1) }))
    .reverse();
  for (const part of [whole, ...parts]) if (await isFile(host, part.file)) return part;
  // None is there: the error is to name what was most likely meant.
  return parts.findLast(({ file }) => /\.(?:npz|zip)$/i.test(file)) ?? whole;
}
