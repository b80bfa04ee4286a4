import type { Bytes } from './bytes.js';
import { CIFAR_CLASSES, CIFAR100_COARSE, CIFAR100_FINE } from './cifar-names.js';
import { UINT8 } from './dtype.js';
import type { PackedImages, PackedLabels } from './packed.js';

/** A record of CIFAR-10's binary format: the label, then the red, green and blue planes of 32×32 pixels. */
export const CIFAR_RECORD_BYTES = 1 + 3 * 32 * 32;

/** A record of CIFAR-100's: the coarse label, the fine one, the planes. */
export const CIFAR100_RECORD_BYTES = 1 + CIFAR_RECORD_BYTES;

/**
 * A file in CIFAR-10's binary format, https://www.cs.toronto.edu/~kriz/cifar.html; it has no header.
 *
 * @throws InputError if the last record is cut off.
 */
export function openCifar(bytes: Bytes): { images: PackedImages; labels: PackedLabels } {
  const records = recordsOf(bytes, 'CIFAR-10', CIFAR_RECORD_BYTES);
  return {
    images: { ...records, ...PICTURE, format: 'cifar-10', offsetBytes: 1 },
    labels: { ...records, elements: 1, offsetBytes: 0, classes: 10, names: CIFAR_CLASSES },
  };
}

/** The two sets of labels of CIFAR-100, by the names that the command line has for them. */
export const CIFAR100_LABELS = ['fine', 'coarse'] as const;

/**
 * A file in CIFAR-100's binary format.
 *
 * @param which Its fine labels (100 classes) unless the 20 coarse ones are asked for, as `train.bin:coarse`.
 * @throws InputError if the last record is cut off, or `which` is neither.
 */
export function openCifar100(
  bytes: Bytes,
  which: string = 'fine',
): { images: PackedImages; labels: PackedLabels } {
  if (!CIFAR100_LABELS.some((name) => name === which)) {
    throw bytes.error(
      `has fine and coarse labels, but not ${JSON.stringify(which)}; name them as ${bytes.path}:coarse`,
    );
  }
  const records = recordsOf(bytes, 'CIFAR-100', CIFAR100_RECORD_BYTES);
  const isCoarse = which === 'coarse';
  const names = isCoarse ? CIFAR100_COARSE : CIFAR100_FINE;
  return {
    images: { ...records, ...PICTURE, format: 'cifar-100', offsetBytes: 2 },
    labels: { ...records, elements: 1, offsetBytes: isCoarse ? 0 : 1, classes: names.length, names },
  };
}

const PICTURE = { elements: 3 * 32 * 32, channels: 3, height: 32, width: 32, order: 'nchw' } as const;

function recordsOf(bytes: Bytes, name: string, recordBytes: number) {
  const { sizeBytes } = bytes;
  const count = Math.floor(sizeBytes / recordBytes);
  const rest = sizeBytes % recordBytes;
  if (rest !== 0) {
    throw bytes.error(
      `record ${count} is cut off: a ${name} record takes ${recordBytes} bytes, but ${rest} are left; fetch the file again`,
      count * recordBytes,
    );
  }
  return { bytes, dtype: UINT8, count, strideBytes: recordBytes };
}
