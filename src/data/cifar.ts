import type { Bytes } from './bytes.js';
import { UINT8 } from './dtype.js';
import type { PackedImages, PackedLabels } from './packed.js';

/** A record of CIFAR-10's binary format: the label, then the red, green and blue planes of 32×32 pixels. */
export const CIFAR_RECORD_BYTES = 1 + 3 * 32 * 32;

/**
 * A file in CIFAR-10's binary format, https://www.cs.toronto.edu/~kriz/cifar.html; it has no header.
 *
 * @throws InputError if the last record is cut off.
 */
export function openCifar(bytes: Bytes): { images: PackedImages; labels: PackedLabels } {
  const { sizeBytes } = bytes;
  const count = Math.floor(sizeBytes / CIFAR_RECORD_BYTES);
  const rest = sizeBytes % CIFAR_RECORD_BYTES;
  if (rest !== 0) {
    throw bytes.error(
      `record ${count} is cut off: a CIFAR-10 record takes ${CIFAR_RECORD_BYTES} bytes, but ${rest} are left; fetch the file again`,
      count * CIFAR_RECORD_BYTES,
    );
  }
  const records = { bytes, dtype: UINT8, count, strideBytes: CIFAR_RECORD_BYTES };
  return {
    images: {
      ...records,
      format: 'cifar-10',
      elements: 3 * 32 * 32,
      offsetBytes: 1,
      channels: 3,
      height: 32,
      width: 32,
      order: 'nchw',
    },
    labels: { ...records, elements: 1, offsetBytes: 0, classes: 10 },
  };
}
