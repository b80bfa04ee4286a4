import {
  numpyLine,
  pythonString,
  convertedFile,
  loadExpression,
  pythonLine,
  type ArrayPlace,
  type Role,
} from './convert.js';
import { KNOWN_DTYPES } from './dtype.js';

/** What stands in the place of an element type in a header: a name, or the list of fields of a structured type. */
export type Description = string | readonly unknown[];

/** Why elements of this type are not read, and the line that makes an array of them that is. */
export function dtypeProblem(
  descr: Description,
  shape: readonly number[],
  place: ArrayPlace,
  role: Role,
): string {
  if (typeof descr !== 'string') return structuredProblem(descr, place);
  const kind = descr.replace(/^[<>|=]/, '').charAt(0);
  const asFloats = (array: string) => `${array}.astype(np.float32)`;
  // Classes are numbered in the sorted order of their names.
  const asClasses = (array: string) => `np.unique(${array}, return_inverse=True)[1]`;
  if (kind === 'O') {
    const pickled = 'allow_pickle=True';
    const whose = `elements of type ${descr} (Python objects, pickled)`;
    if (shape.length === 0) {
      const out = pythonString(convertedFile(place, 'arrays.npz'));
      const line = pythonLine('numpy as np', `np.savez(${out}, **${loadExpression(place, pickled)}.item())`);
      return `${whose} are not read here; if it is a dictionary of arrays: ${line}`;
    }
    const values = (array: string) => `np.array(${array}.tolist())`;
    const line =
      role === 'labels'
        ? numpyLine(place, 'classes', (array) => asClasses(values(array)), pickled)
        : numpyLine(place, 'float32', (array) => asFloats(values(array)), pickled);
    return `${whose} are not read here; ${role === 'labels' ? 'number the classes' : 'save numbers'}: ${line}`;
  }
  if (kind === 'U' || kind === 'S' || kind === 'a') {
    if (role === 'labels') {
      return `labels of type ${descr} are text; number the classes: ${numpyLine(place, 'classes', asClasses)}`;
    }
    const line = numpyLine(place, 'float32', asFloats);
    return `elements of type ${descr} are text; if they are numbers: ${line}`;
  }
  if (kind === 'c') {
    const line = numpyLine(place, 'real', (array) => `np.real(${array})`);
    return `elements of type ${descr} are complex; if their real parts are meant: ${line}`;
  }
  if (descr.endsWith('V2')) {
    const bits = (array: string) => `(${array}.view(np.uint16).astype(np.uint32) << 16).view(np.float32)`;
    return `elements of type ${descr} are bare bytes, as bfloat16 is saved; if it is that: ${numpyLine(place, 'float32', bits)}`;
  }
  const line = numpyLine(place, 'float32', asFloats);
  return `elements of type ${descr} are not read here, but ${KNOWN_DTYPES} are; convert them: ${line}`;
}

function structuredProblem(fields: readonly unknown[], place: ArrayPlace): string {
  const names = fields.flatMap((field) => (Array.isArray(field) ? [String(field[0])] : []));
  const name = names.at(0);
  if (name === undefined) return 'elements of a structured type are not read here; save one array of numbers';
  const line = numpyLine(
    place,
    name.replaceAll(/[^\w-]/g, '_'),
    (array) => `${array}[${pythonString(name)}]`,
  );
  return `elements of a structured type (fields ${names.slice(0, 10).join(', ')}) are not read here; save one field: ${line}`;
}
