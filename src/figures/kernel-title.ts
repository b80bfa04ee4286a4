import type { KernelSpec, Readout } from '../kernel/kernel-spec.js';

/** A kernel as the paper's tables call it: CNTK-V, CNTK-GAP, CNN-GP-V, …; local average pooling as CNTK-LAP4. */
export function kernelTitle({ kernel, readout }: Pick<KernelSpec, 'kernel' | 'readout'>): string {
  return `${kernel === 'ntk' ? 'CNTK' : 'CNN-GP'}-${readoutTitle(readout)}`;
}

/** `V`, `GAP`, `LAP4` */
export function readoutTitle(readout: Readout): string {
  if (readout === 'vanilla') return 'V';
  return readout === 'gap' ? 'GAP' : `LAP${readout.slice('lap:'.length)}`;
}
