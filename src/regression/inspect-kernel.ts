import { KernelMagnitudeError, NotFiniteError, NotSymmetricError } from './errors.js';
import { Fingerprint } from './fingerprint.js';
import { diagonalOf, type MatrixSource } from './matrix-source.js';
import { mirroredTiles } from './matrix-tiles.js';
import { TOLERANCES } from './tolerances.js';
import { isFiniteNumber } from './validate.js';

const { fround } = Math;

/** A training kernel that was read as a whole once, and what was found. */
export interface InspectedKernel {
  readonly source: MatrixSource;
  readonly n: number;
  readonly diagonal: Float64Array; // [n]
  /** The mean of the diagonal. */
  readonly mean: number;
  readonly precision: KernelPrecision;
  /** Largest |K[i][j] − K[j][i]| / √(K[i][i] K[j][j]). */
  readonly asymmetry: number;
  /** The fingerprint of all elements; absent unless asked for. */
  readonly fingerprint: string | undefined;
}

export type KernelPrecision = 'float32' | 'float64';

/**
 * Checks a training kernel: every element finite, the two triangles alike.
 *
 * Kernels in float32 that were computed twice differ by their rounding, those in float64 by far less; a float64 array
 * that holds float32 numbers only was converted, and is judged like one of float32.
 *
 * @throws NotFiniteError naming an element that is not; NotSymmetricError naming an element and its mirror;
 * KernelMagnitudeError; the signal's reason.
 */
export async function inspectKernel(
  source: MatrixSource,
  { signal, fingerprint: isWanted = false }: { signal?: AbortSignal; fingerprint?: boolean } = {},
): Promise<InspectedKernel> {
  const { n } = source;
  const diagonal = await diagonalOf(source);
  const root = diagonal.map((value) => Math.sqrt(Math.abs(value)));
  const fingerprint = isWanted ? new Fingerprint() : undefined;
  let precision: KernelPrecision = 'float32';
  let isConverted = true;
  let asymmetry = 0;
  let doubtful: NotSymmetricError | undefined;
  for await (const pair of mirroredTiles(source, signal)) {
    const { top, left, rows, columns, tile, mirrored } = pair;
    fingerprint?.add(pair);
    if (tile instanceof Float64Array) {
      precision = 'float64';
      isConverted &&= tile.every((value) => fround(value) === value);
    }
    for (let i = 0; i < rows; i++) {
      const row = top + i;
      for (let j = 0; j < columns && left + j <= row; j++) {
        const column = left + j;
        const lower = tile[i * columns + j];
        const upper = mirrored[j * rows + i];
        if (!isFiniteNumber(lower)) throw new NotFiniteError('kernel matrix', row, column, lower);
        if (!isFiniteNumber(upper)) throw new NotFiniteError('kernel matrix', column, row, upper);
        if (lower === upper) continue;
        const difference = Math.abs(lower - upper);
        const unit = root[row] * root[column];
        if (!(difference <= TOLERANCES.asymmetry * unit)) {
          throw new NotSymmetricError(row, column, lower, upper, TOLERANCES.asymmetry * unit);
        }
        const allowed = TOLERANCES.asymmetryFloat64 * unit;
        if (!(difference <= allowed)) doubtful ??= new NotSymmetricError(row, column, lower, upper, allowed);
        asymmetry = Math.max(asymmetry, difference / unit);
      }
    }
  }
  const mean = diagonal.reduce((sum, value) => sum + value / n, 0);
  if (mean > 0 && !(mean > TOLERANCES.smallestMean && mean < 1 / TOLERANCES.smallestMean)) {
    throw new KernelMagnitudeError(mean);
  }
  if (doubtful && precision === 'float64' && !isConverted) throw doubtful;
  return { source, n, diagonal, mean, precision, asymmetry, fingerprint: fingerprint?.toString() };
}
