import type { Argv, CommandModule } from 'yargs';
import { cnnCommand } from './paper/cnn.js';
import { equivalenceCommand } from './paper/equivalence.js';
import { montecarloCommand } from './paper/montecarlo.js';
import { smalldataCommand } from './paper/smalldata.js';
import { table1Command } from './paper/table1.js';

export const paperCommand: CommandModule = {
  command: 'paper',
  describe: 'Regenerate what the NeurIPS 2019 paper reports, beside the published numbers',
  // One line per experiment.
  builder: (argv: Argv) =>
    argv
      .command(table1Command)
      .command(montecarloCommand)
      .command(equivalenceCommand)
      .command(cnnCommand)
      .command(smalldataCommand)
      .demandCommand(1, 'name an experiment'),
  handler: () => undefined,
};
