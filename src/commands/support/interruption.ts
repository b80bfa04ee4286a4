import { InterruptedError } from './errors.js';

/**
 * Runs `action` with a signal that Ctrl-C (SIGINT) or SIGTERM aborts, its reason an InterruptedError. A second
 * Ctrl-C ends the process at once.
 */
export async function withInterruption<T>(action: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const interrupt = (signal: NodeJS.Signals) => {
    if (signal !== 'SIGINT' && signal !== 'SIGTERM') return;
    if (controller.signal.aborted) process.exit(signal === 'SIGINT' ? 130 : 143);
    process.stderr.write('\nending after the work under way … (Ctrl-C again: at once)\n');
    controller.abort(new InterruptedError(signal));
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  try {
    return await action(controller.signal);
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}
