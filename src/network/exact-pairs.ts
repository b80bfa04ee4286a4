import type { ImageStack } from '../images/images.js';
import { breather } from '../signals/breather.js';
import { HostKernels } from './host-kernels.js';
import type { Network } from './network.js';
import { RoundingRisk } from './rounding-risk.js';

/** Relative error from which the NTK of a pair is computed in float64, if the host can do all of those. */
const RISK = 3e-7;

/** What the NTK of networks promises; from here on a value counts as rough. */
const BOUND = 5e-6;

/** What the host computes in one call, element-layers: about a minute. */
const HOST_ELEMENT_LAYERS = 2 ** 28;

/** A pair of images whose NTK float32 does not resolve, with its estimated relative error. */
interface RoughPair {
  readonly row: number;
  readonly column: number;
  readonly error: number;
}

/** Pairs that were too many for the host, and about the largest relative error of their NTK. */
export interface RoughPairs {
  readonly roughPairs: number;
  readonly roughError: number;
}

/** What became of the pairs that float32 does not resolve. */
export interface Resolution extends RoughPairs {
  /** Pairs whose NTK was computed in float64. */
  readonly exactPairs: number;
}

/** What there is to say of values that are less accurate than promised; undefined where there are none. */
export function roughWarning({ roughPairs, roughError }: RoughPairs): string | undefined {
  if (roughPairs === 0) return undefined;
  return (
    `the NTK of ${roughPairs} pairs of images may err by up to about ${roughError.toPrecision(1)}, relative to that of an ` +
    'image with itself: these images are nearly equal to float32, or dim beside the biases of the network; leave out ' +
    'copies, scale the pixels up, or use smaller biases'
  );
}

/** @throws the signal's reason */
export async function findRoughPairs(
  networks: readonly Network[],
  rows: ImageStack,
  columns: ImageStack,
  symmetric: boolean,
  signal: AbortSignal | undefined,
): Promise<RoughPair[]> {
  const risk = new RoundingRisk(networks, rows);
  const rough: RoughPair[] = [];
  if (!risk.isPossible) return rough;
  const breathe = breather(signal);
  for (let row = 0; row < rows.count; row++) {
    for (let column = 0; column < (symmetric ? row + 1 : columns.count); column++) {
      const error = risk.ofPair(rows, row, columns, column);
      if (!(error <= RISK)) rough.push({ row, column, error });
    }
    await breathe();
  }
  return rough;
}

/**
 * Puts the NTK of rough pairs in float64 into the matrices, [networks] of [rows][columns].
 *
 * @throws the signal's reason
 */
export async function resolvePairs(
  networks: readonly Network[],
  rows: ImageStack,
  columns: ImageStack,
  symmetric: boolean,
  rough: readonly RoughPair[],
  matrices: readonly Float64Array[],
  signal: AbortSignal | undefined,
  hostElementLayers = HOST_ELEMENT_LAYERS,
): Promise<Resolution> {
  if (rough.length === 0) return { exactPairs: 0, roughPairs: 0, roughError: 0 };
  const host = new HostKernels(networks, rows);
  const fits = ({ length }: readonly RoughPair[]) => length * host.elementLayersPerPair <= hostElementLayers;
  const worst = rough.filter(({ error }) => !(error <= BOUND));
  if (!fits(worst)) {
    const roughError = worst.reduce((most, { error }) => Math.max(most, error), 0);
    return { exactPairs: 0, roughPairs: worst.length, roughError };
  }
  const resolved = fits(rough) ? rough : worst;
  const breathe = breather(signal);
  for (const { row, column } of resolved) {
    for (const [network, { ntk }] of host.pair(rows, row, columns, column).entries()) {
      matrices[network][row * columns.count + column] = ntk;
      if (symmetric) matrices[network][column * columns.count + row] = ntk;
    }
    await breathe();
  }
  return { exactPairs: resolved.length, roughPairs: 0, roughError: 0 };
}
