import type { Argv, CommandModule } from 'yargs';
import { architecturesCommand } from './paper/architectures.js';
import { cnnCommand } from './paper/cnn.js';
import { equivalenceCommand } from './paper/equivalence.js';
import { montecarloCommand } from './paper/montecarlo.js';
import { reportCommand } from './paper/report.js';
import { smalldataCommand } from './paper/smalldata.js';
import { table1Command } from './paper/table1.js';
import { enterGroup } from './options/options.js';

/** Each with arguments of its own, which yargs has no common type for. */
const COMMANDS = [
  table1Command,
  architecturesCommand,
  equivalenceCommand,
  montecarloCommand,
  cnnCommand,
  smalldataCommand,
  reportCommand,
] as unknown as readonly CommandModule[];

export const paperCommand: CommandModule = {
  command: 'paper',
  describe: 'Regenerate what the NeurIPS 2019 paper reports, beside the published numbers',
  builder: (argv: Argv) => {
    enterGroup('paper');
    for (const command of COMMANDS) argv.command(command);
    return argv.demandCommand(1, `name an experiment:\n${listOf(COMMANDS)}`);
  },
  handler: () => undefined,
};

/** Names with what they do, a line each. */
function listOf(commands: readonly Pick<CommandModule, 'command' | 'describe'>[]): string {
  const names = commands.map(({ command }) => String(command).split(' ')[0]);
  const width = Math.max(...names.map(({ length }) => length));
  return commands.map(({ describe }, i) => `  ${names[i].padEnd(width)}  ${String(describe)}`).join('\n');
}
