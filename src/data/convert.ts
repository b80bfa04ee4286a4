import { baseName, folderName, inFolder } from '../text/paths.js';
import { shellWord } from '../text/shell-words.js';

/** What a file is wanted for; conversions differ. */
export type Role = 'images' | 'labels' | 'kernel' | 'array';

/** Where an array lies: a file, perhaps packed with gzip, or one member of an archive. */
export interface ArrayPlace {
  readonly path: string;
  readonly member?: string;
  readonly gzip?: boolean;
  /** Where the elements of an array without a header that NumPy knows begin, and what they are. */
  readonly raw?: { readonly offset: number; readonly descr: string; readonly shape: readonly number[] };
}

/** A Python literal of this string: those of JSON are literals of Python too. */
export function pythonString(text: string): string {
  return JSON.stringify(text);
}

/** A command line that runs these statements of Python. */
export function pythonLine(modules: string, statements: string): string {
  return `python3 -c ${shellWord(`import ${modules}; ${statements}`)}`;
}

/** The expression that NumPy loads this array with; options as `allow_pickle=True`. */
export function loadExpression({ path, member, gzip, raw }: ArrayPlace, options = ''): string {
  const extra = options === '' ? '' : `, ${options}`;
  const file = gzip === true ? `gzip.open(${pythonString(path)})` : pythonString(path);
  if (raw !== undefined) {
    const load = gzip === true ? `np.frombuffer(${file}.read()` : `np.fromfile(${file}`;
    const elements = `${load}, ${pythonString(raw.descr)}, offset=${raw.offset})`;
    return `${elements}.reshape(${raw.shape.join(', ')})`;
  }
  return `np.load(${file}${extra})${member === undefined ? '' : `[${pythonString(member)}]`}`;
}

/** The file beside this one that a conversion writes: `x.csv` and `classes.npy` → `x-classes.npy`. */
export function convertedFile({ path, member }: ArrayPlace, what: string): string {
  const stem = baseName(path).replace(/\.gz$/i, '');
  const dot = stem.lastIndexOf('.');
  const name = dot > 0 ? stem.slice(0, dot) : stem;
  const array = member?.replaceAll(/[^\w-]/g, '_');
  // The folder one works in has no name.
  const words = [name === '.' ? undefined : name, array, what].filter((word) => word !== undefined);
  return inFolder(folderName(path), words.join('-'));
}

/** A command line that saves what becomes of this array: `convert` gives the expression for the array loaded. */
export function numpyLine(
  place: ArrayPlace,
  what: string,
  convert: (array: string) => string,
  options?: string,
): string {
  const modules = place.gzip === true ? 'gzip, numpy as np' : 'numpy as np';
  const out = pythonString(convertedFile(place, `${what}.npy`));
  return pythonLine(modules, `np.save(${out}, ${convert(loadExpression(place, options))})`);
}
