import { commandGroup } from './command-group.js';
import { cnnCommand } from './paper/cnn.js';
import { equivalenceCommand } from './paper/equivalence.js';
import { montecarloCommand } from './paper/montecarlo.js';
import { reportCommand } from './paper/report.js';
import { smalldataCommand } from './paper/smalldata.js';
import { table1Command } from './paper/table1.js';

export const paperCommand = commandGroup(
  'paper',
  'Regenerate what the NeurIPS 2019 paper reports, beside the published numbers',
  'an experiment',
  [table1Command, equivalenceCommand, montecarloCommand, cnnCommand, smalldataCommand, reportCommand],
);
