// A process that is a part of another one, and ends with it.

/** Set for a process that ends with the one that started it; the two are connected by Node's channel. */
export const ENDS_WITH_PARENT = 'CNTK_ENDS_WITH_PARENT';

export function endsWithParent(): boolean {
  return process.env[ENDS_WITH_PARENT] !== undefined;
}
