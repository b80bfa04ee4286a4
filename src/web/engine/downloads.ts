import { InputError } from '../../index.js';
import { npyHeader } from '../../data/npy-bytes.js';
import type { DownloadKind } from '../protocol.js';
import { depthsOf } from './job.js';
import type { Run } from './kernel-run.js';

export interface NpyFile {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/**
 * A part of a run as a .npy file, with the bytes that the library's `writeNpy` writes.
 *
 * @throws InputError where a kernel is not whole: what is not computed would be saved as if it were
 */
export function downloadOf(run: Run, what: DownloadKind, index: number): NpyFile {
  const { job, images } = run;
  const depth = depthsOf(job)[index];
  const suffix = depth > 0 ? `-d${depth}` : '';
  switch (what) {
    case 'train':
    case 'test': {
      const { rows, columns, matrices, isWhole } = run[what];
      if (!isWhole)
        throw new InputError(`K-${what}`, 'is not computed to its end; wait for the run, or start one anew');
      return npyFile(`K-${what}${suffix}.npy`, '<f4', [rows, columns], matrices[index]);
    }
    case 'train-labels':
      return npyFile('labels-train.npy', '<i4', [images.trainClasses.length], images.trainClasses);
    case 'test-labels':
      return npyFile('labels-test.npy', '<i4', [images.testClasses.length], images.testClasses);
  }
}

/** All browsers run on machines that are little-endian. */
function npyFile(
  name: string,
  descr: string,
  shape: readonly number[],
  data: Float32Array | Int32Array,
): NpyFile {
  const header = npyHeader(descr, shape);
  const bytes = new Uint8Array(header.length + data.byteLength);
  bytes.set(header);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), header.length);
  return { name, bytes };
}
