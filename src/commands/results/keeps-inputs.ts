import { realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { UsageError } from '../process/errors.js';

/**
 * @param outputs Files that a command writes, replaces or removes. @param inputs Files that it reads, as the user named
 * them: of `file.npz:array` the archive counts. @param option That names the outputs, for the message.
 * @throws UsageError if one of the outputs is one of the inputs, whatever ways lead to it.
 */
export async function assertKeepsInputs(
  outputs: readonly string[],
  inputs: readonly string[],
  option = '--out',
): Promise<void> {
  const read = new Map<string, string>();
  for (const input of inputs) {
    for (const path of filesMeant(input)) {
      for (const name of await namesOf(path)) read.set(name, input);
    }
  }
  for (const output of outputs) {
    for (const name of await namesOf(output)) {
      const input = read.get(name);
      if (input !== undefined) {
        const what = resolve(input) === resolve(output) ? '' : ` (it is ${output})`;
        throw new UsageError(
          `${option} would overwrite ${input}, which is read${what}; use another ${option}`,
        );
      }
    }
  }
}

/** A colon may begin the name of an array in an archive, or stand in a file's name. */
function filesMeant(input: string): string[] {
  const files = [input];
  for (let at = input.indexOf(':'); at >= 0; at = input.indexOf(':', at + 1)) {
    if (at > 0) files.push(input.slice(0, at));
  }
  return files;
}

/** Where a path leads, links followed, and which file that is: one may have several names. */
async function namesOf(path: string): Promise<string[]> {
  const real = await realpath(path).catch(async () => {
    const folder = await realpath(dirname(resolve(path))).catch(() => dirname(resolve(path)));
    return join(folder, basename(path));
  });
  const status = await stat(path, { bigint: true }).catch(() => undefined);
  return status?.isFile() && status.ino !== 0n ? [real, `inode ${status.dev} ${status.ino}`] : [real];
}
