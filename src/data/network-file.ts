import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { isMap, parseDocument, stringify, visit, Document, YAMLSeq, type ErrorCode } from 'yaml';
import { ArgumentError, assertText } from '../checks/arguments.js';
import { className } from '../checks/class-name.js';
import { assertNetwork, Network } from '../network/network.js';
import { NetworkError } from '../network/network-error.js';
import { writeAtomically } from '../files/atomic-file.js';
import { fileError, InputError } from '../checks/input-error.js';

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

/** The network of a file's text. @param file Its name, for messages, and for its ending. */
export function parseNetwork(file: string, text: string): Network {
  assertText('the name of a file', file);
  if (typeof (text as unknown) !== 'string')
    throw new ArgumentError(`the text of a network is ${className(text)}; a text is wanted`);
  const value = /\.json$/i.test(file) ? parseJson(file, text) : parseYaml(file, text);
  try {
    return Network.from(value);
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    const hint = Array.isArray(value) ? '' : ', such as [{ "layer": "gap" }, { "layer": "dense" }]';
    throw new InputError(file, error.message + hint, { cause: error });
  }
}

/** Writes a network as `readNetwork` reads it. @throws OutputError */
export async function writeNetwork(file: string, network: Network): Promise<void> {
  assertText('the path of a file', file);
  await writeAtomically(file, [networkText(file, network)]);
}

/** The text of a network's file: a layer a line. */
export function networkText(file: string, network: Network): string {
  assertText('the name of a file', file);
  assertNetwork(network);
  if (/\.json$/i.test(file)) {
    const lines = network.layers.map((layer) => `  ${JSON.stringify(layer)}`);
    return `[\n${lines.join(',\n')}\n]\n`;
  }
  const document = new Document(JSON.parse(JSON.stringify(network)));
  visit(document, {
    Map(_, map) {
      const branches = map.get('branches');
      map.flow = branches === undefined;
      if (branches instanceof YAMLSeq) {
        for (const branch of branches.items)
          if (branch instanceof YAMLSeq) branch.flow = !branch.items.some(isMap);
      }
    },
  });
  return stringify(document, { lineWidth: 0 });
}

function parseJson(file: string, text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new InputError(file, `is no JSON (${(error as Error).message})`, { cause: error });
  }
  // JSON.parse takes the last of two fields of one name, silently; YAML, of which JSON is a part, knows better.
  const twice = parseDocument(text).errors.find(({ code }) => code === 'DUPLICATE_KEY');
  if (twice !== undefined) throw yamlError(file, 'JSON', twice);
  return value;
}

function parseYaml(file: string, text: string): unknown {
  const document = parseDocument(text, { prettyErrors: true });
  const [error] = document.errors;
  if (error as Error | undefined) throw yamlError(file, 'YAML', error);
  try {
    // Few networks repeat parts of themselves by name, and none multiplies them.
    return document.toJS({ maxAliasCount: 100 });
  } catch (cause) {
    throw new InputError(file, `is no YAML (${(cause as Error).message})`, { cause });
  }
}

function yamlError(
  file: string,
  format: 'JSON' | 'YAML',
  error: Error & { readonly code: ErrorCode },
): InputError {
  const [line] = error.message.split('\n');
  const [, place = ''] = / (at line \d+, column \d+)/.exec(line) ?? [];
  const problems: Partial<Record<ErrorCode, string>> = {
    DUPLICATE_KEY: `a field stands twice in one layer ${place}: leave out one of them`,
    MULTIPLE_DOCS: `it goes on after the list of layers ${place}: write one list, without ---`,
  };
  const isDeep = /call stack/i.test(line);
  const problem = isDeep ? `its lists are nested too deep ${place}` : problems[error.code];
  return new InputError(file, `is no ${format} (${problem ?? line.replace(/:$/, '')})`, { cause: error });
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
