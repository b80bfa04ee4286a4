import type { Argv, InferredOptionTypes } from 'yargs';
import { PRESETS } from '../../network/presets.js';
import { reportOptions } from '../options/common-options.js';
import type { CommandBody } from '../options/lazy-command.js';
import { defineOptions } from '../options/options.js';
import { printData, printJson } from '../process/streams.js';
import { wrapWords } from '../../text/wrap-words.js';

const options = { json: reportOptions.json };

const NOTES = [
  'Average pooling stands in for max pooling, whose kernel has no closed form. Relu keeps variances, weights have variance ' +
    '1 in that scale, there are no biases, no batch normalisation and no dropout. All layers are trained unless said otherwise.',
  'Any other network is a file .json, .yaml or .yml with its list of layers, such as [{ "layer": "conv", "size": 3 }, ' +
    '{ "layer": "relu" }, { "layer": "gap" }, { "layer": "dense" }]; docs/networks.md has all words.',
];

const WIDTH = 100;

export const archListCommand: CommandBody<InferredOptionTypes<typeof options>> = {
  builder: (argv: Argv) =>
    defineOptions(argv, options).example('$0 arch list', '').example('$0 arch list --json', ''),
  handler: ({ json }) => {
    const presets = PRESETS.map(({ form, example, description, source }) => ({
      form,
      example,
      description,
      source,
    }));
    if (json) printJson({ presets, notes: NOTES });
    else printData(listText());
  },
};

function listText(): string {
  const entries = PRESETS.map(({ form, example, description, source }) =>
    [
      form === example ? form : `${form}   (as ${example})`,
      ...wrapWords(description, WIDTH - 4).map((line) => `    ${line}`),
      ...wrapWords(`Source: ${source}`, WIDTH - 4).map((line) => `    ${line}`),
    ].join('\n'),
  );
  return [...entries, ...NOTES.map((note) => wrapWords(note, WIDTH).join('\n'))].join('\n\n');
}
