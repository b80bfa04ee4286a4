import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { archCommand } from './arch.js';
import { paperCommand } from './paper.js';
import { exitStatusOf, messageOf } from './process/errors.js';
import { guardStreams } from './process/streams.js';
import { lazyCommand } from './options/lazy-command.js';
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
    .command(
      lazyCommand(
        'run',
        'Classify images by kernel regression: kernel, solve, predictions, accuracy',
        async () => (await import('./run.js')).runCommand,
      ),
    )
    .command(
      lazyCommand(
        'fit',
        'Fit a model that is kept: kernel regression of classes, several labels, or numbers',
        async () => (await import('./fit.js')).fitCommand,
      ),
    )
    .command(
      lazyCommand(
        'predict <model>',
        'Predict new images with a model that cntk fit has made',
        async () => (await import('./predict.js')).predictCommand,
      ),
    )
    .command(
      lazyCommand(
        'kernel',
        'Compute kernel matrices between images',
        async () => (await import('./kernel.js')).kernelCommand,
      ),
    )
    .command(
      lazyCommand(
        'solve',
        'Kernel regression with kernel matrices that are computed already',
        async () => (await import('./solve.js')).solveCommand,
      ),
    )
    .command(
      lazyCommand(
        'data <files..>',
        'Say what files of images hold, as the commands take them: shape, scale, classes, duplicates; draw a contact sheet',
        async () => (await import('./data.js')).dataCommand,
      ),
    )
    .command(
      lazyCommand(
        'devices',
        'List the adapters of this machine, and which one a run would take',
        async () => (await import('./devices.js')).devicesCommand,
      ),
    )
    .command(
      lazyCommand(
        'demo',
        'See it work: CNTK and CNN-GP on handwritten digits, accuracies and a picture of the kernel',
        async () => (await import('./demo.js')).demoCommand,
      ),
    )
    .command(
      lazyCommand(
        'bench',
        'Measure the speed of every shader, each validated before it is timed',
        async () => (await import('./bench.js')).benchCommand,
      ),
    )
    .command(
      lazyCommand(
        'plan',
        'Tell what a job takes before it runs: pairs, memory, disk, time on this and other adapters',
        async () => (await import('./plan.js')).planCommand,
      ),
    )
    .command(
      lazyCommand(
        'tune',
        'Find the fastest variant of the kernel for a shape of images on this machine, and remember it',
        async () => (await import('./tune.js')).tuneCommand,
      ),
    )
    .command(
      lazyCommand(
        'store <action> <folder> [sources..]',
        'Look at, check, export and merge the folders of tiles that cntk kernel makes',
        async () => (await import('./store.js')).storeCommand,
      ),
    )
    .command(
      lazyCommand(
        'slurm',
        'Write, and submit, a Slurm job array whose tasks compute shares of a kernel on a shared folder',
        async () => (await import('./slurm.js')).slurmCommand,
      ),
    )
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
  } catch (thrown) {
    // Of a command that is loaded when it is asked for, yargs hands the errors of its options to the caller.
    const isOfYargs = thrown instanceof Error && thrown.name === 'YError';
    const error = isOfYargs ? usageErrorOf(thrown.message, thrown, words) : thrown;
    process.stderr.write(`cntk: ${messageOf(error)}\n`);
    process.exitCode = exitStatusOf(error);
  }
}
