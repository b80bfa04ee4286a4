import type {
  Activation,
  AvgpoolLayer,
  ConvLayer,
  DenseLayer,
  FlattenLayer,
  GapLayer,
  LapLayer,
  Layer,
  ResidualLayer,
} from './layers.js';

// One function per word of the file format, so that a network reads the same in both:
//
//   Network.of(conv(3), relu(), avgpool(2), residual([conv(3), relu(), conv(3)], []), relu(), gap(), dense())
//
// Nothing is checked here; Network does.

export function conv(size: number, options: Omit<ConvLayer, 'layer' | 'size'> = {}): ConvLayer {
  return { layer: 'conv', size, ...options };
}

export function dense(options: Omit<DenseLayer, 'layer'> = {}): DenseLayer {
  return { layer: 'dense', ...options };
}

/** Leaky with a slope for negative values. */
export function relu(slope = 0): Activation {
  return { layer: 'relu', slope };
}

export function erf(): Activation {
  return { layer: 'erf' };
}

/** The normalised Gaussian kernel of Shankar et al. 2020, e^{γ(c−1)}. */
export function gaussian(gamma = 1): Activation {
  return { layer: 'gaussian', gamma };
}

export function identity(): Activation {
  return { layer: 'identity' };
}

export function avgpool(size: number, options: Pick<AvgpoolLayer, 'stride'> = {}): AvgpoolLayer {
  return { layer: 'avgpool', size, ...options };
}

export function lap(radius: number): LapLayer {
  return { layer: 'lap', radius };
}

export function gap(): GapLayer {
  return { layer: 'gap' };
}

export function flatten(scale: 'sum' | 'mean' = 'sum'): FlattenLayer {
  return { layer: 'flatten', scale };
}

export function residual(...branches: readonly (readonly Layer[])[]): ResidualLayer {
  return { layer: 'residual', branches };
}
