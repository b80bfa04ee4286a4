import type { ArgumentsCamelCase, Argv, CommandModule } from 'yargs';

/** Options of a command and what it does; its name and its description stand where it is listed. */
export interface CommandBody<Arguments> {
  builder(argv: Argv): Argv<Arguments>;
  handler(args: ArgumentsCamelCase<Arguments>): void | Promise<void>;
}

/**
 * A command whose code is loaded when it is asked for: most of the program serves other commands, and loading all of it
 * takes longer than a small kernel.
 */
export function lazyCommand<Arguments>(
  command: string,
  describe: string,
  load: () => Promise<CommandBody<Arguments>>,
): CommandModule<object, Arguments> {
  return {
    command,
    describe,
    builder: async (argv: Argv) => (await load()).builder(argv),
    handler: async (args) => await (await load()).handler(args),
  };
}
