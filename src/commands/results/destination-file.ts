import { link, rename } from 'node:fs/promises';
import { basename, dirname, extname } from 'node:path';
import { syncFolder } from '../../files/atomic-file.js';
import type { Staging } from '../../files/staging.js';
import { UsageError } from '../process/errors.js';
import { Destination, type DestinationOptions, type Writer } from './destination.js';
import { assertKeepsInputs } from './keeps-inputs.js';
import { codeOf, stampOf, TakenError } from './lost-place.js';
import { makeStaging, statOrUndefined } from './reserve-place.js';

/** One file of results. */
export class DestinationFile extends Destination {
  private constructor(
    path: string,
    staging: Staging,
    options: DestinationOptions,
    private readonly stamp: string | undefined,
  ) {
    super(path, staging, options);
  }

  /**
   * @param option That named it, for messages.
   * @throws UsageError if the path is a folder, or is read; OutputError if nothing can be written there.
   */
  static async reserve(
    path: string,
    options: DestinationOptions,
    option = '--out',
  ): Promise<DestinationFile> {
    const existing = await statOrUndefined(path);
    if (existing?.isFile() === false) throw new UsageError(`${option} ${path} is not a file; name a file`);
    await assertKeepsInputs([path], options.inputs, option);
    const stamp = await stampOf(path);
    const results = [basename(path)];
    const staging = await makeStaging(path, { inside: false, sizeBytes: options.sizeBytes, results });
    return new DestinationFile(path, staging, options, stamp);
  }

  /** @returns where it is: beside, if the place was taken meanwhile. @throws OutputError */
  async commit(write: Writer): Promise<string> {
    this.writers.set(basename(this.path), write);
    return this.commitAll();
  }

  protected async place(): Promise<void> {
    if (this.stamp === undefined) return this.placeAs(this.path);
    const now = await stampOf(this.path);
    if (now !== undefined && now !== this.stamp) throw new TakenError('another run has written it meanwhile');
    await rename(this.staged, this.path);
    await syncFolder(dirname(this.path));
  }

  protected async placeAs(path: string): Promise<void> {
    try {
      await link(this.staged, path);
    } catch (error) {
      // A file system without links.
      if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(codeOf(error) ?? '')) throw error;
      await rename(this.staged, path);
    }
    await syncFolder(dirname(path));
  }

  /** `K.2.npy` */
  protected numbered(n: number): string {
    const end = extname(this.path);
    return `${this.path.slice(0, this.path.length - end.length)}.${n}${end}`;
  }

  private get staged(): string {
    return this.staging.file(basename(this.path));
  }
}
