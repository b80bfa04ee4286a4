import { InterruptedError } from './errors.js';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs `action` with a signal that Ctrl-C (SIGINT), SIGTERM or SIGHUP aborts, its reason an InterruptedError. A second
 * Ctrl-C ends the process at once.
 */
export async function withInterruption<T>(action: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const interrupt = (signal: NodeJS.Signals) => {
    const reason = new InterruptedError(signal as (typeof SIGNALS)[number]);
    if (controller.signal.aborted) process.exit(reason.exitStatus);
    process.stderr.write('\nending after the work under way … (Ctrl-C again: at once)\n');
    controller.abort(reason);
  };
  for (const signal of SIGNALS) process.on(signal, interrupt);
  try {
    return await action(controller.signal);
  } finally {
    for (const signal of SIGNALS) process.off(signal, interrupt);
  }
}
