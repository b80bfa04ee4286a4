import type { KernelSpec, Readout, Trained } from '../kernel/kernel-spec.js';
import { MAX_DEPTH } from '../kernel/validate-kernels.js';
import type { Layer } from './layers.js';
import type { Network } from './network.js';
import type { ImageSize } from './shapes.js';

/** A network that is one of the paper's: its kernels are `factor` times those of these result channels. */
export interface PaperChain {
  readonly depth: number;
  readonly readout: Readout;
  readonly trained: Trained;
  readonly factor: number;
}

type Conv = Extract<Layer, { layer: 'conv' }>;

/**
 * Whether a network is a chain of 3×3 convolutions and relu with a read-out of the paper, up to constants: then the
 * kernel of such chains computes it, and many of them in one pass. Variances of weights are constants here: without
 * biases relu is homogeneous, so that each multiplies both kernels.
 */
export function paperChain({ layers }: Network, { height, width }: ImageSize): PaperChain | undefined {
  const convs: Conv[] = [];
  let at = 0;
  for (; isConv(layers[at]) && isRelu(layers[at + 1]); at += 2) convs.push(layers[at] as Conv);
  if (convs.length === 0 || convs.length + 1 > MAX_DEPTH) return undefined;
  const lap = layers.at(at)?.layer === 'lap' ? layers[at++] : undefined;
  const read = layers.at(at++);
  const dense = layers.at(at);
  if (dense?.layer !== 'dense' || (dense.b ?? 0) !== 0 || layers.length !== at + 1) return undefined;
  if (read?.layer !== 'flatten' && (read?.layer !== 'gap' || lap !== undefined)) return undefined;
  const weighted = [...convs, dense];
  const isTrained = weighted.map(({ trained = true }) => trained);
  const hidden = isTrained.slice(1, -1);
  const trained =
    hidden.every(Boolean) && isTrained[0] === isTrained.at(-1)
      ? isTrained[0]
        ? 'all'
        : 'hidden'
      : undefined;
  if (trained === undefined) return undefined;
  const mean = read.layer === 'flatten' && read.scale === 'mean' ? 1 / (height * width) : 1;
  return {
    depth: convs.length + 1,
    readout: read.layer === 'gap' ? 'gap' : lap?.layer === 'lap' ? `lap:${lap.radius}` : 'vanilla',
    trained,
    factor: weighted.reduce((product, { w = 1 }) => product * w, mean),
  };
}

/** The result channels of such a network: NTK, if it is asked for, and NNGP. */
export function chainKernels({ depth, readout, trained }: PaperChain, ntk: boolean): KernelSpec[] {
  const nngp: KernelSpec = { kernel: 'nngp', depth, readout };
  return ntk ? [{ kernel: 'ntk', depth, readout, trained }, nngp] : [nngp];
}

function isConv(layer: Layer | undefined): boolean {
  if (layer?.layer !== 'conv' || layer.size !== 3 || (layer.stride ?? 1) !== 1) return false;
  return (
    (layer.b ?? 0) === 0 && (layer.padding === undefined || layer.padding === 'same' || layer.padding === 1)
  );
}

function isRelu(layer: Layer | undefined): boolean {
  return layer?.layer === 'relu' && (layer.slope ?? 0) === 0;
}
