import { decodedArchive, type ArrayArchive } from '../array-archive.js';
import { likelyOrder } from '../axes.js';
import type { Bytes } from '../bytes.js';
import type { ArrayPlace, Role } from '../convert.js';
import { numpyLine } from '../convert.js';
import { decodedArray, decodedBytes } from '../decoded.js';
import { decodeNumbers } from '../dtype.js';
import type { OpenArray } from '../open-npy.js';
import { toRowMajor } from '../row-major.js';
import { formatShape } from '../shape.js';
import { readMatrices, type MatMatrix } from './mat-file.js';

/**
 * The arrays of a MATLAB file of version 5 (also 6 and 7; 7.3 is HDF5). MATLAB numbers the images by the last axis,
 * H×W×C×N: what is wanted as images comes as N×H×W×C.
 *
 * @throws InputError if it is damaged, or holds no full numeric arrays
 */
export async function openMat(bytes: Bytes): Promise<ArrayArchive> {
  const content = await bytes.read(0, bytes.sizeBytes);
  await bytes.assertUnchanged();
  const { matrices, others } = await readMatrices(bytes, content);
  if (matrices.length === 0) {
    const list = others.length === 0 ? 'it holds no variables' : `it holds ${others.join(', ')}`;
    throw bytes.error(`no full numeric array is in this MATLAB file (${list}); save one`);
  }
  const isSvhn = looksLikeSvhn(matrices);
  const lengths = matrices
    .filter(({ shape }) => shape.length === 2 && shape.includes(1))
    .map(({ shape }) => Math.max(...shape));
  const arrays = new Map<string, (role: Role) => OpenArray>();
  for (const matrix of matrices) {
    const place: ArrayPlace = {
      path: bytes.path,
      member: matrix.name,
      ...(bytes.gzip === true && { gzip: true }),
    };
    arrays.set(matrix.name, (role) => {
      if (role === 'images') return openPictures(matrix, place, lengths);
      if (isSvhn && matrix.name === 'y') return digitLabels(matrix, place);
      return openMatrix(matrix, place);
    });
  }
  return decodedArchive(bytes, arrays);
}

function openMatrix({ dtype, shape, content }: MatMatrix, place: ArrayPlace): OpenArray {
  const rows =
    shape.filter((size) => size > 1).length > 1 ? toRowMajor(content, shape, dtype.sizeBytes) : content;
  // A vector is a matrix in MATLAB.
  const vector = shape.length === 2 && shape.includes(1) ? [Math.max(...shape)] : shape;
  return {
    bytes: decodedBytes(place, rows),
    header: { dtype, shape: vector, dataOffset: 0, columnMajor: false },
  };
}

/** @param lengths Of all variables: one as long as an axis numbers the images of that axis. */
function openPictures(matrix: MatMatrix, place: ArrayPlace, lengths: readonly number[]): OpenArray {
  const { shape, dtype, content } = matrix;
  if (shape.length < 3 || !isLastAxisImages(matrix, place, lengths)) return openMatrix(matrix, place);
  // With the first axis running fastest, the images lie one after the other.
  const [count, image] = [shape.at(-1)!, shape.slice(0, -1)];
  const sizeBytes = content.length / count;
  const rows = new Uint8Array(content.length);
  for (let i = 0; i < count; i++) {
    const own = content.subarray(i * sizeBytes, (i + 1) * sizeBytes);
    rows.set(toRowMajor(own, image, dtype.sizeBytes), i * sizeBytes);
  }
  return {
    bytes: decodedBytes(place, rows),
    header: { dtype, shape: [count, ...image], dataOffset: 0, columnMajor: false },
  };
}

/** Whether the last axis counts the images, as in MATLAB, and not the first, as in files that SciPy wrote. */
function isLastAxisImages({ shape }: MatMatrix, place: ArrayPlace, lengths: readonly number[]): boolean {
  const [byFirst, byLast] = [lengths.includes(shape[0]), lengths.includes(shape.at(-1)!)];
  if (byFirst !== byLast) return byLast;
  const [last, first] =
    shape.length === 3
      ? [shape[0] === shape[1], shape[1] === shape[2]]
      : [likely(shape.slice(0, 3)), likely(shape.slice(1))];
  if (last !== first) return last;
  const axes = shape.length === 3 ? 'H×W×N or N×H×W' : 'H×W×C×N or one with N first';
  const line = numpyLine(
    place,
    'images',
    () =>
      `np.moveaxis(scipy.io.loadmat(${JSON.stringify(place.path)})[${JSON.stringify(place.member)}], -1, 0)`,
  );
  throw decodedBytes(place, new Uint8Array(0)).error(
    `${formatShape(shape)} may be ${axes}; if the last axis counts the images: ${line.replace('import numpy as np', 'import numpy as np, scipy.io')}`,
  );
}

function likely(axes: readonly number[]): boolean {
  return likelyOrder([axes[0], axes[1], axes[2]]) !== undefined;
}

/** SVHN (format 2): pictures of 32×32, and digits of which ten is 0. */
function looksLikeSvhn(matrices: readonly MatMatrix[]): boolean {
  const [x, y] = ['X', 'y'].map((name) => matrices.find((matrix) => matrix.name === name));
  if (x === undefined || y === undefined) return false;
  if (formatShape(x.shape.slice(0, 3)) !== '32×32×3' || x.shape.length !== 4 || x.dtype.name !== 'uint8')
    return false;
  const labels = numbersOf(y);
  return labels.length === x.shape[3] && labels.every((label) => label >= 1 && label <= 10);
}

function digitLabels(matrix: MatMatrix, place: ArrayPlace): OpenArray {
  const digits = Int32Array.from(numbersOf(matrix), (label) => label % 10);
  const { bytes, dtype } = decodedArray(place, digits);
  return { bytes, header: { dtype, shape: [digits.length], dataOffset: 0, columnMajor: false } };
}

function numbersOf({ dtype, content }: MatMatrix): number[] {
  return Array.from(decodeNumbers(dtype, content, 0, content.length / dtype.sizeBytes));
}
