import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';

const STDERR = 2;
const { O_WRONLY, O_APPEND, O_NOCTTY } = constants;

/**
 * Runs `action` while what native code prints on stderr goes nowhere.
 *
 * Dawn has no switch for the warnings that it prints while it looks for adapters, and Node cannot duplicate a file
 * descriptor, so descriptor 2 is closed and opened anew around the call. The call is synchronous: nothing that
 * JavaScript writes can be lost. Where that would not be safe the warnings stay visible: on a socket (cannot be
 * reopened), on a file that is not written at its end (`2>file`, not `2>>file`: the position that it shares with stdout
 * would be lost) and outside Linux.
 */
export function withQuietStderr<T>(action: () => T): T {
  const restore = silenceStderr();
  try {
    return action();
  } finally {
    restore?.();
  }
}

function silenceStderr(): (() => void) | undefined {
  if (process.platform !== 'linux') return undefined;
  let saved: number;
  try {
    if (!isReopenable()) return undefined;
    saved = reopen(STDERR);
  } catch {
    return undefined;
  }
  replaceStderr(() => openSync('/dev/null', O_WRONLY));
  return () => {
    replaceStderr(() => reopen(saved));
    closeSync(saved);
  };
}

/** Whether a second descriptor of what stderr is writes to the same place. */
function isReopenable(): boolean {
  const stderr = fstatSync(STDERR);
  if (stderr.isCharacterDevice() || stderr.isFIFO()) return true;
  const flags = /^flags:\s*([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${STDERR}`, 'utf8'))?.[1] ?? '0';
  return stderr.isFile() && (parseInt(flags, 8) & O_APPEND) !== 0;
}

/** A second descriptor of the terminal or pipe behind `fd`. */
function reopen(fd: number): number {
  return openSync(`/proc/self/fd/${fd}`, O_WRONLY | O_APPEND | O_NOCTTY);
}

/** The kernel hands out the lowest free number, which is 2 once stderr is closed. */
function replaceStderr(open: () => number): void {
  closeSync(STDERR);
  const fd = open();
  if (fd !== STDERR) closeSync(fd);
}
