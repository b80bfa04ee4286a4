import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { archCommand } from './arch.js';
import { benchCommand } from './bench.js';
import { demoCommand } from './demo.js';
import { devicesCommand } from './devices.js';
import { kernelCommand } from './kernel.js';
import { paperCommand } from './paper.js';
import { planCommand } from './plan.js';
import { runCommand } from './run.js';
import { solveCommand } from './solve.js';
import { slurmCommand } from './slurm.js';
import { storeCommand } from './store.js';
import { tuneCommand } from './tune.js';
import { exitStatusOf, messageOf } from './process/errors.js';
import { guardStreams } from './process/streams.js';
import { usageErrorOf } from './options/usage.js';
import { packageVersion } from '../files/package-version.js';

/** Runs the command that the words after the program's name say; its exit status is that of the process. */
export async function runProgram(): Promise<void> {
  guardStreams();
  const words = hideBin(process.argv);
  const cli = yargs(words)
    .scriptName('cntk')
    .locale('en')
    .usage(
      '$0 <command>\n\nExact convolutional neural tangent kernels on any GPU, and classification with them.',
    )
    .command(runCommand)
    .command(kernelCommand)
    .command(solveCommand)
    .command(devicesCommand)
    .command(demoCommand)
    .command(benchCommand)
    .command(planCommand)
    .command(tuneCommand)
    .command(storeCommand)
    .command(slurmCommand)
    .command(archCommand)
    .command(paperCommand)
    .parserConfiguration({ 'boolean-negation': false, 'dot-notation': false })
    .strict()
    .strictCommands()
    .recommendCommands()
    .demandCommand(1, 'name a command')
    .help()
    .version(packageVersion())
    .epilogue(
      'Environment: CNTK_ADAPTER chooses an adapter as --adapter does; CNTK_CACHE_DIR is where measurements are kept; ' +
        'CNTK_DEBUG=1 shows where errors arise.',
    )
    .wrap(Math.min(110, process.stdout.columns || 110))
    .exitProcess(false)
    .fail((message, error) => {
      throw usageErrorOf(message, error, words);
    });

  try {
    if (words.length === 0) {
      cli.showHelp('error');
      process.exitCode = 2;
    } else await cli.parseAsync();
  } catch (error) {
    process.stderr.write(`cntk: ${messageOf(error)}\n`);
    process.exitCode = exitStatusOf(error);
  }
}
