import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/**
 * Which process something belongs to. Its number alone does not say: containers count their processes from 1, other
 * machines count theirs, and numbers are used again.
 */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it began, in clock ticks since the machine was started; '0' where the system does not tell. */
  readonly start: string;
  /** The namespace in which `pid` counts; '0' where there are none, '' where the system does not tell. */
  readonly namespace: string;
  /** Which start of which machine; '' where the system does not tell. */
  readonly boot: string;
}

let own: ProcessIdentity | undefined;

export function ownIdentity(): ProcessIdentity {
  own ??= {
    pid: process.pid,
    start: statusOf('self')?.start ?? '0',
    namespace: ownNamespace(),
    boot: ownBoot(),
  };
  return own;
}

/**
 * Whether a process lives. `unknown`, where it cannot be looked for from here: it belongs to another machine, to an
 * earlier start of this one, or to another container.
 */
export function lifeOf({ pid, start, namespace, boot }: ProcessIdentity): 'alive' | 'dead' | 'unknown' {
  const here = ownIdentity();
  if (boot === '' || namespace === '' || boot !== here.boot || namespace !== here.namespace) return 'unknown';
  if (!Number.isSafeInteger(pid) || pid < 1) return 'unknown';
  try {
    process.kill(pid, 0);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ESRCH') return 'dead';
    if (code !== 'EPERM') return 'unknown';
  }
  if (!isProcOfThisNamespace()) return 'alive';
  const status = statusOf(String(pid));
  if (status === undefined) return 'alive';
  // Z and X: it has ended, and its parent has not asked yet.
  if (/[ZX]/.test(status.state)) return 'dead';
  return start === '0' || status.start === start ? 'alive' : 'dead';
}

/** An identity as a part of a file's name: letters, digits and `-`. */
export function identityToken({ pid, start, namespace, boot }: ProcessIdentity = ownIdentity()): string {
  return [String(pid), start, namespace || 'x', boot || 'x'].join('-');
}

/** The inverse of `identityToken`; undefined for any other text. */
export function parseIdentityToken(token: string): ProcessIdentity | undefined {
  const parts = /^(\d{1,10})-(\d{1,20})-(\d{1,20}|x)-([0-9a-f]{12}|x)$/.exec(token);
  if (parts === null) return undefined;
  const [, pid, start, namespace, boot] = parts.map((part) => (part === 'x' ? '' : part));
  return { pid: Number(pid), start, namespace, boot };
}

function ownNamespace(): string {
  if (process.platform !== 'linux') return '0';
  try {
    return /\[(\d+)\]/.exec(readlinkSync('/proc/self/ns/pid'))?.[1] ?? '';
  } catch {
    return '';
  }
}

/** Of the boot id a part that names can bear; elsewhere than on Linux one host is one machine. */
function ownBoot(): string {
  if (process.platform !== 'linux') {
    return Buffer.from(hostname().padEnd(6, '\0')).subarray(-6).toString('hex');
  }
  try {
    const id = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').replace(/[^0-9a-f]/g, '');
    return id.length < 12 ? '' : id.slice(0, 12);
  } catch {
    return '';
  }
}

/** Not so where a container was made without a /proc of its own: the numbers there are those outside. */
function isProcOfThisNamespace(): boolean {
  try {
    return readlinkSync('/proc/self') === String(process.pid);
  } catch {
    return false;
  }
}

/** `1234 (name, which may hold anything) S 1 …`: the state is the third field, the start the twenty-second. */
function statusOf(pid: string): { state: string; start: string } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const [state, start] = [fields[0], fields[19]];
    return /^\d+$/.test(start) ? { state, start } : undefined;
  } catch {
    return undefined;
  }
}
