#!/usr/bin/env node
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { benchCommand } from './commands/bench.js';
import { demoCommand } from './commands/demo.js';
import { devicesCommand } from './commands/devices.js';
import { kernelCommand } from './commands/kernel.js';
import { paperCommand } from './commands/paper.js';
import { planCommand } from './commands/plan.js';
import { runCommand } from './commands/run.js';
import { solveCommand } from './commands/solve.js';
import { slurmCommand } from './commands/slurm.js';
import { storeCommand } from './commands/store.js';
import { tuneCommand } from './commands/tune.js';
import { exitStatusOf, messageOf } from './commands/support/errors.js';
import { keepIgnoredSignals } from './commands/support/ignored-signals.js';
import { guardStreams } from './commands/support/streams.js';
import { usageErrorOf } from './commands/support/usage.js';
import { packageVersion } from './commands/support/version.js';

guardStreams();
keepIgnoredSignals();
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
