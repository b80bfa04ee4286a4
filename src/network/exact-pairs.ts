import { breather } from '../signals/breather.js';
import { HostKernels } from './host-kernels.js';
import type { NetworkGramOptions } from './network-gram.js';
import { RoundingRisk } from './rounding-risk.js';

/**
 * Relative error from which the NTK of a pair is computed in float64, if the host can do all of those. Estimates may be half
 * of the error, and 2e-6 is promised where a network ends in pooling.
 */
const RISK = 1e-6;

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

type ResolveOptions = Pick<
  NetworkGramOptions,
  'networks' | 'images' | 'against' | 'ntk' | 'hostElementLayers' | 'signal'
>;

/**
 * The pairs at risk, of every network for itself: what else is asked for changes no value.
 *
 * @returns [networks]
 * @throws the signal's reason
 */
export async function findRoughPairs(options: ResolveOptions): Promise<RoughPair[][]> {
  const { networks, images: rows, against, ntk = true, signal } = options;
  const columns = against ?? rows;
  const found = networks.map((): RoughPair[] => []);
  if (!ntk) return found;
  const breathe = breather(signal);
  for (const [index, network] of networks.entries()) {
    const risk = new RoundingRisk(network, rows);
    if (!risk.isPossible) continue;
    for (let row = 0; row < rows.count; row++) {
      for (let column = 0; column < (against ? columns.count : row + 1); column++) {
        const error = risk.ofPair(rows, row, columns, column);
        if (!(error <= RISK)) found[index].push({ row, column, error });
      }
      await breathe();
    }
  }
  return found;
}

/**
 * Puts the NTK of rough pairs in float64 into the matrices.
 *
 * @param found, kernels [networks]
 * @throws the signal's reason
 */
export async function resolvePairs(
  { networks, images: rows, against, hostElementLayers = HOST_ELEMENT_LAYERS, signal }: ResolveOptions,
  found: readonly (readonly RoughPair[])[],
  kernels: readonly { readonly ntk?: Float64Array }[],
): Promise<Resolution> {
  const columns = against ?? rows;
  const breathe = breather(signal);
  let [exactPairs, roughPairs, roughError] = [0, 0, 0];
  for (const [index, rough] of found.entries()) {
    if (rough.length === 0) continue;
    const host = new HostKernels([networks[index]], rows);
    const fits = (pairs: readonly RoughPair[]) =>
      pairs.length * host.elementLayersPerPair <= hostElementLayers;
    const worst = rough.filter(({ error }) => !(error <= BOUND));
    if (!fits(worst)) {
      roughPairs += worst.length;
      roughError = worst.reduce((most, { error }) => Math.max(most, error), roughError);
      continue;
    }
    const resolved = fits(rough) ? rough : worst;
    exactPairs += resolved.length;
    const ntk = kernels[index].ntk!;
    for (const { row, column } of resolved) {
      ntk[row * columns.count + column] = host.pair(rows, row, columns, column)[0].ntk;
      if (!against) ntk[column * columns.count + row] = ntk[row * columns.count + column];
      await breathe();
    }
  }
  return { exactPairs, roughPairs, roughError };
}
