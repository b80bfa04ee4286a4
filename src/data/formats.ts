import type { Bytes } from './bytes.js';
import { CIFAR100_RECORD_BYTES, CIFAR_RECORD_BYTES } from './cifar.js';
import type { Role } from './convert.js';
import { foreignProblem, isPickle, looseProblem } from './foreign-formats.js';
import { isIdx } from './idx.js';
import { isNpy } from './npy-header.js';
import { isZip } from './zip-archive.js';
import { latin1Text, hexText } from '../text/byte-text.js';

/** What messages name. */
const KNOWN_FORMATS =
  'known are .npy, .npz, IDX (MNIST), CIFAR-10 and CIFAR-100 (.bin or pickled), .mat, Parquet, and folders of PNG and JPEG';

/** The formats that are read here. */
export type Format =
  'npy' | 'npz' | 'idx' | 'cifar-10' | 'cifar-100' | 'pickle' | 'mat' | 'parquet' | 'picture';

const begins = (magic: string) => (start: Uint8Array) =>
  latin1Text(start.subarray(0, magic.length)) === magic;

/** Formats whose first bytes leave no doubt. */
const KNOWN: readonly { readonly format: Format; readonly matches: (start: Uint8Array) => boolean }[] = [
  { format: 'pickle', matches: isPickle },
  { format: 'mat', matches: (start) => begins('MATLAB 5.0 MAT-file')(start) && !isHdf5(start) },
  { format: 'parquet', matches: begins('PAR1') },
  { format: 'picture', matches: (start) => begins('\x89PNG\r\n')(start) || begins('\xff\xd8\xff')(start) },
];

/** MATLAB 7.3 writes HDF5 behind a header of its own. */
const isHdf5 = (start: Uint8Array) => begins('\x89HDF\r\n')(start.subarray(512));

/**
 * The format of a content: by its first bytes where they say it, by its name only where they don't: CIFAR-10, and
 * files whose start is damaged.
 *
 * @param start Its first bytes.
 * @throws InputError for another format, with the line that converts it.
 */
export function detectFormat(bytes: Bytes, start: Uint8Array, role: Role): Format {
  if (isNpy(start)) return 'npy';
  if (isZip(start)) return 'npz';
  const known = KNOWN.find(({ matches }) => matches(start));
  if (known !== undefined) return known.format;
  const foreign = foreignProblem(bytes, start, role);
  if (foreign !== undefined) throw bytes.error(foreign, 0);

  const name = bytes.path.toLowerCase().replace(/\.gz$/, '');
  const { sizeBytes } = bytes;
  const isBinary = name.endsWith('.bin');
  // A record of CIFAR-10 may start like an IDX file: label 0, then dark pixels.
  const mayBeCifar = isBinary && (sizeBytes === Infinity || sizeBytes % CIFAR_RECORD_BYTES === 0);
  if (isBinary && !mayBeCifar && sizeBytes % CIFAR100_RECORD_BYTES === 0) return 'cifar-100';
  if (isIdx(start) && !mayBeCifar) return 'idx';
  if (mayBeCifar) return 'cifar-10';
  if (name.endsWith('.npy')) return 'npy';
  if (name.endsWith('.npz')) return 'npz';
  if (/idx\d|\.idx$/.test(name)) return 'idx';

  const loose = looseProblem(bytes, start, role);
  if (loose !== undefined) throw bytes.error(loose, 0);
  if (isBinary) return 'cifar-10';
  const found = hexText(start.subarray(0, 8));
  const cifar = [
    { name: 'CIFAR-10', recordBytes: CIFAR_RECORD_BYTES },
    { name: 'CIFAR-100', recordBytes: CIFAR100_RECORD_BYTES },
  ].find(({ recordBytes }) => sizeBytes % recordBytes === 0);
  const hint =
    cifar === undefined
      ? KNOWN_FORMATS
      : `its size fits the binary version of ${cifar.name}: if it is that, give it a name that ends in .bin`;
  throw bytes.error(
    `${role === 'labels' ? 'holds no labels in a known format' : 'its format is not known'} (it starts with ${found}); ${hint}`,
    0,
  );
}
