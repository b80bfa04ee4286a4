/** How a result tensor R(p, q) of a pair becomes one number (design of the read-outs: paper, sections 4 and H). */
export type Readout = 'vanilla' | 'gap' | `lap:${number}`;

/** Which layers of the network are trained: all, or all but the first and the last (paper, section H). */
export type Trained = 'all' | 'hidden';

/**
 * One kernel among those that a run computes: (kernel, depth, read-out, trained).
 *
 * `depth` is convolution layers + 1, as in the paper's tables. `trained` belongs to the NTK alone.
 */
export type KernelSpec =
  | { readonly kernel: 'ntk'; readonly depth: number; readonly readout: Readout; readonly trained: Trained }
  | { readonly kernel: 'nngp'; readonly depth: number; readonly readout: Readout };
