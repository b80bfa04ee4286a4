import { InterruptedError } from './errors.js';
import { ignoredSignals } from './ignored-signals.js';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Set for a process that ends with the one that started it; the two are connected by Node's channel. */
export const ENDS_WITH_PARENT = 'CNTK_ENDS_WITH_PARENT';

export function endsWithParent(): boolean {
  return process.env[ENDS_WITH_PARENT] !== undefined;
}

/**
 * Runs `action` with a signal that Ctrl-C (SIGINT), SIGTERM or SIGHUP aborts, its reason an InterruptedError; so does the
 * end of a parent that this process is a part of. The same a second time ends the process at once.
 */
export async function withInterruption<T>(action: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const heard = new Set<string>();
  const interrupt = (signal: (typeof SIGNALS)[number]) => {
    const reason = new InterruptedError(signal);
    if (heard.has(signal)) process.exit(reason.exitStatus);
    heard.add(signal);
    if (controller.signal.aborted) return;
    process.stderr.write('\nending after the work under way … (Ctrl-C again: at once)\n');
    controller.abort(reason);
  };
  const ignored = ignoredSignals();
  const listeners = SIGNALS.filter((signal) => !ignored.has(signal)).map(
    (signal) => [signal, () => interrupt(signal)] as const,
  );
  const orphaned = () => interrupt('SIGTERM');
  for (const [signal, listener] of listeners) process.on(signal, listener);
  if (endsWithParent() && process.channel) {
    process.once('disconnect', orphaned);
    process.channel.unref();
  }
  try {
    return await action(controller.signal);
  } finally {
    for (const [signal, listener] of listeners) process.off(signal, listener);
    process.off('disconnect', orphaned);
  }
}
