import type { Argv, CommandModule } from 'yargs';
import { montecarloCommand } from './paper/montecarlo.js';

export const paperCommand: CommandModule = {
  command: 'paper',
  describe: 'Regenerate what the NeurIPS 2019 paper reports, beside the published numbers',
  // One line per experiment.
  builder: (argv: Argv) => argv.command(montecarloCommand).demandCommand(1, 'name an experiment'),
  handler: () => undefined,
};
