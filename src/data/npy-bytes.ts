/** The first bytes of every .npy file, as characters of latin1. */
export const NPY_MAGIC = '\x93NUMPY';

/**
 * The header of a .npy file (version 1), padded so that the data after it starts at a multiple of 64 bytes.
 *
 * @param descr Element type with byte order, as `<f4`.
 */
export function npyHeader(descr: string, shape: readonly number[]): Uint8Array<ArrayBuffer> {
  const axes = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const dictionary = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${axes}), }`;
  const sizeBytes = Math.ceil((10 + dictionary.length + 1) / 64) * 64;
  const size = String.fromCharCode((sizeBytes - 10) & 255, (sizeBytes - 10) >> 8);
  const text = `${NPY_MAGIC}\x01\x00${size}${dictionary}`.padEnd(sizeBytes - 1, ' ');
  return Uint8Array.from(`${text}\n`, (character) => character.charCodeAt(0));
}
