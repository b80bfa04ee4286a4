/** Float64 mirror of chains.wgsl. */

/** Invocations of a workgroup. */
export const LANES = 64;

export function chainStart(lane: number, chain: number, component: number): number {
  return 1 + component / 4 + lane / 64 + chain / 128;
}

/** Parameters of a shader that measures a ceiling. */
export interface ChainParams {
  readonly rounds: number;
  readonly a: number;
  readonly b: number;
}

/** A step of one chain: the value of a component of `x`, all lanes of that chain, at a lane. */
type Step = (x: ReadonlyArray<number>, lane: number) => number;

/**
 * Float64 mirror of one workgroup whose lanes run chains of `rounds · unroll` steps and add up their last values.
 * Returns [LANES][4].
 */
export function mirrorChains(chains: number, steps: number, step: Step): Float64Array {
  const results = new Float64Array(4 * LANES);
  for (let chain = 0; chain < chains; chain++) {
    for (let component = 0; component < 4; component++) {
      let x = Array.from({ length: LANES }, (_, lane) => chainStart(lane, chain, component));
      for (let s = 0; s < steps; s++) x = x.map((_, lane) => step(x, lane));
      for (let lane = 0; lane < LANES; lane++) results[4 * lane + component] += x[lane];
    }
  }
  return results;
}
