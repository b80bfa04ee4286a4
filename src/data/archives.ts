import type { ArrayArchive } from './array-archive.js';
import type { Bytes } from './bytes.js';
import type { Format } from './formats.js';
import type { Host } from './host.js';
import { openNpz } from './npz.js';

/**
 * The archive of arrays that a content of this format is, which takes over `bytes`; undefined where the format is none
 * of those. Readers of formats that are rare are loaded when one is there.
 *
 * @throws InputError if the content is damaged, or holds what is not read.
 */
export async function archiveOf(host: Host, bytes: Bytes, format: Format): Promise<ArrayArchive | undefined> {
  if (format === 'npz') return await openNpz(bytes, host.heavy?.rareMethods);
  if (format === 'pickle') return (await import('./python/pickle-archive.js')).openPickle(bytes);
  if (format === 'mat') return (await import('./matlab/mat-archive.js')).openMat(bytes);
  return undefined;
}
