import { MemoryError } from '../../checks/memory-error.js';
import { InputError } from '../../checks/input-error.js';
import { UnusableStoreError } from '../../store/store-error.js';
import { ImageError } from '../../images/image-checks.js';
import { KernelSpecError } from '../../kernel/validate-kernels.js';
import { NetworkError } from '../../network/network-error.js';
import { InterruptedError } from '../../signals/interrupted-error.js';
import { optionHint } from './option-hint.js';
import { systemProblem } from './system-errors.js';

/** Something is wrong with the command line; the message names the option and the remedy. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const USAGE = [
  UsageError,
  InputError,
  MemoryError,
  KernelSpecError,
  NetworkError,
  ImageError,
  UnusableStoreError,
];

/** Exit status: 0 done, 1 failed, 2 the command line or the data is wrong, 130, 143, 129 ended by a signal. */
export function exitStatusOf(error: unknown): number {
  if (error instanceof InterruptedError) return error.exitStatus;
  return USAGE.some((type) => error instanceof type) ? 2 : 1;
}

/** What stderr shows: one message, and where CNTK_DEBUG is set the stack and the causes. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (process.env.CNTK_DEBUG) return describeWithStack(error);
  const problem = systemProblem(error);
  if (problem !== undefined) return problem;
  if (isAllocationFailure(error)) {
    return `this machine does not give the memory needed (${error.message}); use fewer images or fewer kernels at a time`;
  }
  // An error that has a class of its own was written for the user to read.
  const isExpected = !['Error', 'TypeError', 'RangeError', 'ReferenceError', 'SyntaxError'].includes(
    error.name,
  );
  return isExpected ? error.message + optionHint(error) : `${error.message} (set CNTK_DEBUG=1 to see where)`;
}

function isAllocationFailure(error: Error): boolean {
  return (
    error.name === 'RangeError' &&
    /allocation failed|Invalid (typed array|array buffer) length/i.test(error.message)
  );
}

function describeWithStack(error: Error): string {
  const own = error.stack ?? error.message;
  return error.cause instanceof Error ? `${own}\ncaused by ${describeWithStack(error.cause)}` : own;
}
