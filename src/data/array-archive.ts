import type { Bytes } from './bytes.js';
import type { Role } from './convert.js';
import type { OpenArray } from './open-npy.js';
import { InputError } from '../checks/input-error.js';
import { listNames } from './pick-array.js';

/** A file of several arrays with names: .npz, a pickle, a .mat file. */
export interface ArrayArchive {
  readonly names: readonly string[];
  /**
   * One of its arrays, row-major; the caller closes its bytes.
   *
   * @throws InputError if there is none of this name, or it is damaged, or of a type that is not read.
   */
  open(name: string, role: Role): Promise<OpenArray>;
  /** The file is closed when the archive and all its arrays are. */
  close(): Promise<void>;
}

/** An archive whose arrays were decoded together: the file is closed already. */
export function decodedArchive(
  bytes: Bytes,
  arrays: ReadonlyMap<string, (role: Role) => OpenArray>,
): ArrayArchive {
  const names = [...arrays.keys()];
  return {
    names,
    open(name, role) {
      const open = arrays.get(name);
      return open === undefined
        ? Promise.reject(noSuchArray(bytes, name, names))
        : Promise.resolve().then(() => open(role));
    },
    close: () => bytes.close(),
  };
}

export function noSuchArray(bytes: Bytes, name: string, names: readonly string[]): InputError {
  return bytes.error(`has no array ${JSON.stringify(name)}, only ${listNames(names)}`);
}
