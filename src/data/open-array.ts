import { splitArrayPath } from './array-path.js';
import type { Role } from './convert.js';
import { archiveOf } from './archives.js';
import { disk } from './disk.js';
import { assertWhole, openContent } from './open-content.js';
import { openNpyArray, type OpenArray } from './open-npy.js';
import { pickOnly } from './pick-array.js';

export { openNpyArray, type OpenArray };

/**
 * Opens an array in a .npy file, or of an archive of arrays (.npz, a pickle, .mat: `file.npz:name`, or its only array),
 * each also as gzip.
 *
 * @param role What it is wanted for; the remedy for what is not read depends on it.
 * @throws InputError if there is none, or it is damaged, or of a type that is not read.
 */
export async function openArray(path: string, role: Role = 'array'): Promise<OpenArray> {
  const { file, array } = await splitArrayPath(disk, path);
  const { bytes, format } = await openContent(disk, file, role);
  try {
    const archive = await archiveOf(disk, bytes, format);
    if (archive !== undefined) {
      const what = role === 'kernel' ? 'the kernel' : 'the array';
      const chosen = array ?? pickOnly(bytes, archive.names, what);
      const opened = await archive.open(chosen, role);
      await archive.close();
      return opened;
    }
    assertWhole({ bytes, format }, array);
    if (format === 'npy') return await openNpyArray(bytes, role);
    throw bytes.error(`is in the format ${format}; an array of .npy or .npz is needed here`);
  } catch (error) {
    await bytes.close();
    throw error;
  }
}
