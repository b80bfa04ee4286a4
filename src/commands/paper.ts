import type { Argv, CommandModule } from 'yargs';
import { table1Command } from './paper/table1.js';

export const paperCommand: CommandModule = {
  command: 'paper',
  describe: 'Regenerate what the NeurIPS 2019 paper reports, beside the published numbers',
  // One line per experiment.
  builder: (argv: Argv) => argv.command(table1Command).demandCommand(1, 'name an experiment'),
  handler: () => undefined,
};
