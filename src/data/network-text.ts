import { isMap, parseDocument, stringify, visit, Document, YAMLSeq, type ErrorCode } from 'yaml';
import { ArgumentError, assertText } from '../checks/arguments.js';
import { className } from '../checks/class-name.js';
import { InputError } from '../checks/input-error.js';
import { assertNetwork, Network } from '../network/network.js';
import { NetworkError } from '../network/network-error.js';

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
