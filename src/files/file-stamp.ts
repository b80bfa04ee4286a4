import { stat } from 'node:fs/promises';
import { fileError, InputError } from '../checks/input-error.js';

/** What tells whether a file is still the one that it was: which one it is, its size, and when it was last changed. */
export class FileStamp {
  private constructor(
    private readonly path: string,
    private readonly stamp: string,
  ) {}

  /** @throws InputError if the file cannot be found. */
  static async of(path: string): Promise<FileStamp> {
    return new FileStamp(path, await stampOf(path));
  }

  /** @throws InputError if it was written to or replaced. */
  async assertSame(): Promise<void> {
    if ((await stampOf(this.path)) === this.stamp) return;
    throw new InputError(this.path, 'was changed while it was being read; read it again when it is complete');
  }
}

async function stampOf(path: string): Promise<string> {
  try {
    const { dev, ino, size, mtimeNs } = await stat(path, { bigint: true });
    return [dev, ino, size, mtimeNs].join(' ');
  } catch (error) {
    throw fileError(path, error);
  }
}
