import type { Argv, CommandModule } from 'yargs';
import { enterGroup } from './options/options.js';

/**
 * A command that has commands of its own.
 *
 * @param what A sub-command is, with its article, for the message that one is missing.
 * @param commands Each with arguments of its own, which yargs has no common type for.
 */
export function commandGroup(
  name: string,
  describe: string,
  what: string,
  commands: readonly unknown[],
): CommandModule {
  const modules = commands as readonly CommandModule[];
  return {
    command: name,
    describe,
    builder: (argv: Argv) => {
      enterGroup(name);
      for (const command of modules) argv.command(command);
      return argv.demandCommand(1, `name ${what}:\n${listOf(modules)}`);
    },
    handler: () => undefined,
  };
}

/** Names with what they do, a line each. */
function listOf(commands: readonly Pick<CommandModule, 'command' | 'describe'>[]): string {
  const names = commands.map(({ command }) => String(command).split(' ')[0]);
  const width = Math.max(...names.map(({ length }) => length));
  return commands.map(({ describe }, i) => `  ${names[i].padEnd(width)}  ${String(describe)}`).join('\n');
}
