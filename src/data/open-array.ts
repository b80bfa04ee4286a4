import { splitArrayPath } from './array-path.js';
import { memoryBytes, type Bytes } from './bytes.js';
import { numpyLine, type Role } from './convert.js';
import { readNpyHeader, type NpyHeader } from './npy-header.js';
import { openNpz, pickOnly } from './npz.js';
import { openContent, type Content } from './open-content.js';
import { toRowMajor } from './row-major.js';

/** An array in a file, row-major: its header is checked, of its elements nothing is read. The caller closes `bytes`. */
export interface OpenArray {
  readonly bytes: Bytes;
  readonly header: NpyHeader;
}

/** Column-major arrays up to this size are brought to row-major order in memory. */
const LARGEST_REORDERED = 2 ** 31;

/**
 * Opens an array in a .npy file or an .npz archive (`file.npz:name`, or its only array), each also as gzip.
 *
 * @param role What it is wanted for; the remedy for what is not read depends on it.
 * @throws InputError if there is none, or it is damaged, or of a type that is not read.
 */
export async function openArray(path: string, role: Role = 'array'): Promise<OpenArray> {
  const { file, array } = await splitArrayPath(path);
  const { bytes, format } = await openContent(file, role);
  try {
    if (format === 'npz') {
      const archive = await openNpz(bytes, role);
      const what = role === 'kernel' ? 'the kernel' : 'the array';
      const chosen = array ?? pickOnly(bytes, archive.names, what);
      const opened = await openNpyArray(await archive.array(chosen), role);
      await archive.close();
      return opened;
    }
    assertWhole({ bytes, format }, array);
    if (format === 'npy') return await openNpyArray(bytes, role);
    throw bytes.error(`is in the format ${format}; an array of .npy or .npz is needed here`);
  } catch (error) {
    await bytes.close();
    throw error;
  }
}

/** @throws InputError if an array is named of a file that is no archive. */
export function assertWhole({ bytes, format }: Content, array: string | undefined): void {
  if (array === undefined) return;
  throw bytes.error(
    `is in the format ${format} and holds one array; name the file alone, without ${JSON.stringify(`:${array}`)}`,
  );
}

/**
 * The array in a .npy content. One that is stored column by column is brought to row-major order.
 *
 * @throws InputError as `readNpyHeader`, and for a column-major array of more than 2 GiB.
 */
export async function openNpyArray(bytes: Bytes, role: Role): Promise<OpenArray> {
  const header = await readNpyHeader(bytes, role);
  if (!header.columnMajor) return { bytes, header };
  const { dtype, shape, dataOffset } = header;
  const sizeBytes = bytes.sizeBytes - dataOffset;
  if (sizeBytes > LARGEST_REORDERED) {
    const line = numpyLine(bytes, 'rows', (array) => `np.ascontiguousarray(${array})`);
    throw bytes.error(
      `the array is stored column by column (fortran_order True) and takes ${sizeBytes} bytes, too many to reorder here; save it row by row: ${line}`,
    );
  }
  const content = toRowMajor(await bytes.read(dataOffset, sizeBytes), shape, dtype.sizeBytes);
  await bytes.assertUnchanged();
  const { path, member, gzip } = bytes;
  const reordered = memoryBytes(
    { path, ...(member !== undefined && { member }), ...(gzip === true && { gzip }) },
    content,
  );
  await bytes.close();
  return {
    // A byte of the reordered content is none of the file.
    bytes: { ...reordered, error: (problem) => reordered.error(problem) },
    header: { ...header, dataOffset: 0, columnMajor: false },
  };
}
