import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

// Which process made a file, told in the file's name or content. A host name and a process id are not enough: containers
// share names and count their processes each from 1, and ids are given out again. So a token holds where its process id
// counts (host, boot and PID namespace, hashed), the id, when the process started, and a random number.

const TOKEN = /^([0-9a-f]{12})-(\d{1,10})-(\d{0,20})-[0-9a-f]{8}$/;
/** A token inside the name of a file: `.K.npy.TOKEN-0.tmp`, `.partial-TOKEN-0`. */
const TOKEN_IN_NAME = /[.-]([0-9a-f]{12}-\d{1,10}-\d{0,20}-[0-9a-f]{8})-\d+(?:\.tmp)?$/;
/** Of a process that cannot tell where its id counts: it compares with no other. */
const NOWHERE = '0'.repeat(12);

const isLinux = process.platform === 'linux';
/** Of the machine since it was started; empty where none is known. */
export const BOOT_ID = isLinux
  ? (quietly(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()) ?? '')
  : '';
const SPACE = spaceOfIds();
/** Whether /proc shows the processes of this namespace: a container may have been given that of its host. */
const PROC_IS_OURS = isLinux && quietly(() => readlinkSync('/proc/self')) === String(process.pid);

/** Of this process: `SPACE-PID-START-RANDOM`. */
export const PROCESS_TOKEN = [
  SPACE,
  process.pid,
  isLinux ? (processStatus('self')?.started ?? '') : '',
  randomBytes(4).toString('hex'),
].join('-');

const learned = new Set<string>();

/** Tells that the process of a token is dead, where that was found out in another way. */
export function noteDead(token: string): void {
  learned.add(token);
}

/** The token of the process that made a file or folder, from its name. */
export function tokenInName(name: string): string | undefined {
  return TOKEN_IN_NAME.exec(name)?.[1];
}

/**
 * Whether the process of a token is certainly dead. False means nothing: it lives, or it cannot be seen from here, as
 * on another machine or in another container.
 */
export function isKnownDead(token: string): boolean {
  if (learned.has(token)) return true;
  const [, space, pid, started] = TOKEN.exec(token) ?? [];
  if (space !== SPACE || space === NOWHERE || token === PROCESS_TOKEN) return false;
  if (!processExists(Number(pid))) return true;
  const status = PROC_IS_OURS ? processStatus(pid) : undefined;
  if (status === undefined) return false;
  // Its id was given out again, or its parent has not yet taken note of its end.
  return (started !== '' && status.started !== started) || 'ZX'.includes(status.state);
}

/** Whether a process with that id exists where the ids of this one count. */
export function processExists(pid: number): boolean {
  // 0 and negative numbers are groups of processes.
  if (!(Number.isInteger(pid) && pid > 0 && pid < 2 ** 31)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function spaceOfIds(): string {
  const parts = [hostname(), process.platform];
  if (isLinux) {
    const namespace = quietly(() => readlinkSync('/proc/self/ns/pid'));
    if (!BOOT_ID || !namespace) return NOWHERE;
    parts.push(BOOT_ID, namespace);
  }
  return createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 12);
}

/** State and start, in ticks after the boot, of a process that /proc shows. */
function processStatus(pid: string): { state: string; started: string } | undefined {
  const text = quietly(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  // The name of the program stands in brackets and may hold anything: fields are counted behind it.
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ');
  return fields && { state: fields[0], started: fields[19] ?? '' };
}

function quietly<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}
