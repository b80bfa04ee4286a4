import { statfs } from 'node:fs/promises';

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

/** Two sizes that differ, with as many digits as it takes to see it. */
export function unequalSizes(a: number, b: number): [string, string] {
  const isLarge = Math.min(a, b) >= 2 ** 30;
  for (let digits = isLarge ? 1 : 0; digits <= 3; digits++) {
    const pair = [a, b].map((bytes) =>
      isLarge ? `${(bytes / 2 ** 30).toFixed(digits)} GiB` : `${(bytes / 2 ** 20).toFixed(digits)} MiB`,
    ) as [string, string];
    if (pair[0] !== pair[1]) return pair;
  }
  return [a, b].map((bytes) => `${Math.ceil(bytes).toLocaleString('en-US')} bytes`) as [string, string];
}
