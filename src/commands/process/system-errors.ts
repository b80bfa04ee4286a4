import { closeSync, openSync } from 'node:fs';
import { devNull } from 'node:os';

/** More than Node has open at a time while it loads a program. */
const FILES_TO_LOAD = 64;

function canOpen(count: number): boolean {
  const opened: number[] = [];
  try {
    while (opened.length < count) opened.push(openSync(devNull, 'r'));
    return true;
  } catch {
    return false;
  } finally {
    opened.forEach((file) => closeSync(file));
  }
}

/** What the system refuses whatever the command does, in words; undefined for any other error. */
export function systemProblem(error: unknown): string | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { code, syscall, message } = cause as NodeJS.ErrnoException;
    // Where Node may open no more files it may as well say that it does not find a package.
    const unfound = code === 'ERR_MODULE_NOT_FOUND' && !canOpen(FILES_TO_LOAD);
    if (code === 'EMFILE' || unfound || /too many open files/i.test(message)) {
      return 'this process may open no more files (EMFILE); raise the limit, as by: ulimit -n 1024';
    }
    if (/failed to map segment|cannot allocate memory|cannot apply additional memory/i.test(message)) {
      return `this process gets no memory for a library (${message}); raise the limit (ulimit -v), or free some memory`;
    }
    if (code === 'ENFILE') return 'this machine can open no more files (ENFILE); end other programs';
    if (syscall === 'uv_cwd') {
      return 'the folder that this was started in does not exist any more; change to another one';
    }
    if (code === 'ERR_WORKER_INIT_FAILED' || code === 'ERR_WORKER_OUT_OF_MEMORY' || code === 'EAGAIN') {
      return `this process gets no more threads (${message}); raise the limits (ulimit -u, ulimit -v)`;
    }
  }
  return undefined;
}
