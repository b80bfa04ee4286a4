#!/usr/bin/env node
import { keepIgnoredSignals } from './commands/process/ignored-signals.js';
import { systemProblem } from './commands/process/system-errors.js';

// Before the rest is loaded, which takes a while.
keepIgnoredSignals();
try {
  const { runProgram } = await import('./commands/program.js');
  await runProgram();
} catch (error) {
  // Commands report their own errors: this one came before.
  const problem = systemProblem(error) ?? `the program does not start: ${(error as Error).message}`;
  process.stderr.write(`cntk: ${problem}\n`);
  process.exitCode = 1;
}
