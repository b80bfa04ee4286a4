import { statfs } from 'node:fs/promises';
import { unequalSizes } from '../text/sizes.js';

/** @throws Error if the file system of the folder has less room than that. */
export async function assertSpace(folder: string, sizeBytes: number): Promise<void> {
  const { blocks, bavail, bsize, files, ffree } = await statfs(folder);
  // Some file systems do not tell how much room they have, others not of how many files.
  if (files > 0 && ffree === 0) {
    throw new Error('the file system can hold no more files (inodes); remove some files or write elsewhere');
  }
  if (blocks === 0 || bavail * bsize >= sizeBytes) return;
  const [needed, free] = unequalSizes(sizeBytes, bavail * bsize);
  throw new Error(
    `the results take ${needed}, but only ${free} are free there; free some space or write elsewhere`,
  );
}
