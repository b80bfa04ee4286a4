/** This machine has less memory than the data takes; nothing but fewer data, or another machine, changes that. */
export class MemoryError extends Error {
  override readonly name = 'MemoryError';
}
