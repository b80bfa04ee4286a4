import { memoryBytes, rangeBytes, type Bytes } from './bytes.js';
import { numpyLine, type Role } from './convert.js';
import { OBJECTS, readNpyHeader, type NpyHeader } from './npy-header.js';
import { toRowMajor } from './row-major.js';

/** An array in a file, row-major: its header is checked, of its elements nothing is read. The caller closes `bytes`. */
export interface OpenArray {
  readonly bytes: Bytes;
  readonly header: NpyHeader;
}

/** Column-major arrays up to this size are brought to row-major order in memory. */
const LARGEST_REORDERED = 2 ** 31;

/**
 * The array in a .npy content. One that is stored column by column is brought to row-major order.
 *
 * @throws InputError as `readNpyHeader`, and for a column-major array of more than 2 GiB.
 */
export async function openNpyArray(bytes: Bytes, role: Role): Promise<OpenArray> {
  const header = await readNpyHeader(bytes, role);
  if (header.dtype === OBJECTS) return await openObjects(bytes, header);
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

/** An array of objects: NumPy writes a pickle of it behind the header. */
async function openObjects(bytes: Bytes, { dataOffset }: NpyHeader): Promise<OpenArray> {
  const { openPickle } = await import('./python/pickle-archive.js');
  const { path, member, gzip } = bytes;
  const place = { path, ...(member !== undefined && { member }), ...(gzip === true && { gzip }) };
  const inner = rangeBytes(bytes, place, dataOffset, bytes.sizeBytes - dataOffset, () => bytes.close());
  const archive = await openPickle(inner);
  const opened = await archive.open(archive.names[0], 'labels');
  await archive.close();
  return opened;
}
