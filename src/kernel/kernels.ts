import { assertKeys } from '../checks/arguments.js';
import type { KernelSpec, Readout, Trained } from './kernel-spec.js';
import { defaultTrained, validateKernels } from './validate-kernels.js';

/**
 * The neural tangent kernel of a convolutional network with 3×3 filters and ReLU.
 *
 * Source: Arora et al., NeurIPS 2019, section 4.
 *
 * @param options `depth`: convolution layers + 1, as in the paper's tables. `readout`: `vanilla` (flatten), `gap` (global
 * average pooling, the default) or `lap:c` (local average pooling over windows of radius c pixels). `trained`: which
 * layers; by default the paper's choice, `all` for vanilla and `hidden` for the others.
 * @throws ArgumentError for an option that there is not; KernelSpecError for a value that none is
 */
export function cntk(options: {
  readonly depth: number;
  readonly readout?: Readout;
  readonly trained?: Trained;
}): KernelSpec {
  assertKeys('cntk', options, ['depth', 'readout', 'trained']);
  const { depth, readout = 'gap', trained = defaultTrained(readout) } = options;
  return checked({ kernel: 'ntk', depth, readout, trained });
}

/**
 * The Gaussian-process kernel of the same network (CNN-GP): only its last layer is trained.
 *
 * Source: Novak et al., ICLR 2019.
 *
 * @param options As of `cntk`.
 * @throws as `cntk`
 */
export function nngp(options: { readonly depth: number; readonly readout?: Readout }): KernelSpec {
  assertKeys('nngp', options, ['depth', 'readout']);
  const { depth, readout = 'gap' } = options;
  return checked({ kernel: 'nngp', depth, readout });
}

/** What can be said without the size of the images. */
function checked(spec: KernelSpec): KernelSpec {
  validateKernels([spec], { height: 1, width: 1 });
  return spec;
}
