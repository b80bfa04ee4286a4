import { readFileSync } from 'node:fs';
import { constants } from 'node:os';

const SHELLS = ['sh', 'bash', 'dash', 'ash', 'ksh', 'zsh', 'busybox'];

/**
 * Signals that whoever started this process wants it to ignore. Other programs inherit that, as from `nohup` or from
 * `trap '' INT` in a script; Node sets every signal back to its default when it starts, so it is found out otherwise:
 *
 * - A hangup says that the terminal has gone. `nohup` leaves neither stdout nor stderr on a terminal; a run of which the
 *   user sees neither goes on without one.
 * - A shell that ignores a signal passes that on to its commands. (Other programs ignore Ctrl-C while they wait for a
 *   command that is to end by it: `time`, `system()`.)
 */
export function ignoredSignals(): ReadonlySet<NodeJS.Signals> {
  const ignored = new Set<NodeJS.Signals>();
  if (!process.stdout.isTTY && !process.stderr.isTTY) ignored.add('SIGHUP');
  for (const signal of ['SIGHUP', 'SIGINT'] as const) if (isIgnoredByShell(signal)) ignored.add(signal);
  return ignored;
}

function isIgnoredByShell(signal: 'SIGHUP' | 'SIGINT'): boolean {
  try {
    const status = readFileSync(`/proc/${process.ppid}/status`, 'utf8');
    const name = /^Name:\t(.*)$/m.exec(status)?.[1] ?? '';
    const mask = BigInt(`0x${/^SigIgn:\t([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`);
    return SHELLS.includes(name) && ((mask >> BigInt(constants.signals[signal] - 1)) & 1n) === 1n;
  } catch {
    // Not on Linux, or the parent has gone.
    return false;
  }
}

/** Without a listener the signals would end the process, whoever wants them ignored. */
export function keepIgnoredSignals(): void {
  for (const signal of ignoredSignals()) process.on(signal, () => undefined);
}
