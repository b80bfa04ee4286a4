/** A kernel store cannot be used as it is; the message says what is wrong with it and what to do. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
}

/** The folder that was named is not the store that is meant, or not one that this version reads: nothing to retry. */
export class UnusableStoreError extends StoreError {}

/** A tile whose content is not what its name promises. */
export class DamagedTileError extends StoreError {
  constructor(
    /** Its name in the folder of tiles. */
    readonly file: string,
    problem: string,
  ) {
    super(`${file}: ${problem}`);
  }
}
