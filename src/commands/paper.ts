import type { Argv, CommandModule } from 'yargs';
import { reportCommand } from './paper/report.js';
import { enterGroup } from './support/options.js';

/** One line per experiment. Their arguments differ, and are nobody else's business. */
const COMMANDS = [
  reportCommand, //
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
