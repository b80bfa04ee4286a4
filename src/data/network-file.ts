import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { assertText } from '../checks/arguments.js';
import type { Network } from '../network/network.js';
import { writeAtomically } from '../files/atomic-file.js';
import { fileError, InputError } from '../checks/input-error.js';
import { networkText, parseNetwork } from './network-text.js';

/** Thousands of layers fit; what is larger is some other file. */
const LARGEST_BYTES = 2 ** 20;

/**
 * Reads a network from a file that holds its list of layers, in JSON if its name ends in .json, else in YAML, of which
 * JSON is a part:
 *
 *     - { layer: conv, size: 3 }
 *     - { layer: relu }
 *     - { layer: gap }
 *     - { layer: dense }
 *
 * @throws InputError naming the file, and the layer by its place or the line that is no JSON or YAML.
 */
export async function readNetwork(file: string): Promise<Network> {
  assertText('the path of a file', file);
  return parseNetwork(file, await readText(file));
}

/** Writes a network as `readNetwork` reads it. @throws OutputError */
export async function writeNetwork(file: string, network: Network): Promise<void> {
  assertText('the path of a file', file);
  await writeAtomically(file, [networkText(file, network)]);
}

async function readText(file: string): Promise<string> {
  try {
    // Opening never waits, as it would for a named pipe. Windows has no O_NONBLOCK, and needs none.
    const handle = await open(file, constants.O_RDONLY | (constants.O_NONBLOCK || 0));
    try {
      const status = await handle.stat();
      if (status.isDirectory()) throw new InputError(file, 'is a folder; name the file of a network');
      if (!status.isFile()) throw new InputError(file, 'is no regular file');
      if (status.size > LARGEST_BYTES) {
        throw new InputError(
          file,
          `has ${status.size} bytes; the file of a network, a list of layers, has at most ${LARGEST_BYTES}`,
        );
      }
      const bytes = await handle.readFile();
      try {
        // Leaves out a byte order mark.
        return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
      } catch (cause) {
        throw new InputError(file, 'is no text in UTF-8; save it as UTF-8', { cause });
      }
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw fileError(file, error);
  }
}
