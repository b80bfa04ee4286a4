import type { Layer, Padding } from './layers.js';

/** A layer that moves along an axis of the image: what one output position reads, the same on both axes. */
export type WindowLayer = Extract<Layer, { layer: 'conv' | 'avgpool' | 'lap' | 'gap' | 'flatten' }>;

/**
 * A window layer on one axis. Output position p reads inputs `window(p)`. A *coupled* window reads both images at the same
 * offset, Σ_k S(window(p)[k], window(q)[k]), as convolutions and flatten do, −1 standing for a zero outside; else every
 * offset of the one meets every offset of the other, as in pooling.
 */
export interface AxisWindow {
  readonly inputs: number;
  /** 0 or negative if the window fits nowhere. */
  readonly outputs: number;
  readonly coupled: boolean;
  window(position: number): number[];
}

/** `layer` along an axis of n pixels. n = Infinity stands for an unknown size: then only `outputs` has a meaning. */
export function axisWindow(layer: WindowLayer, n: number): AxisWindow {
  if (layer.layer === 'conv') return convolution(n, layer.size, layer.stride ?? 1, layer.padding ?? 'same');
  if (layer.layer === 'avgpool') {
    const { size, stride = size } = layer;
    return strided(n, Math.floor((n - size) / stride) + 1, size, stride, 0, false);
  }
  if (layer.layer === 'lap') return strided(n, n, 2 * layer.radius + 1, 1, layer.radius, false);
  return strided(n, 1, n, 1, 0, layer.layer === 'flatten');
}

/** What the sums over both axes of a window are multiplied with: 1/q², k⁻⁴, and the like. */
export function windowScale(layer: WindowLayer, height: number, width: number): number {
  switch (layer.layer) {
    case 'conv':
      return layer.size ** -2;
    case 'avgpool':
      return layer.size ** -4;
    case 'lap':
      return (2 * layer.radius + 1) ** -4;
    case 'gap':
      return (height * width) ** -2;
    case 'flatten':
      return layer.scale === 'mean' ? 1 / (height * width) : 1;
  }
}

function convolution(n: number, size: number, stride: number, padding: Padding): AxisWindow {
  if (padding === 'valid') return convolution(n, size, stride, 0);
  if (typeof padding === 'number') {
    const outputs = Math.floor((n + 2 * padding - size) / stride) + 1;
    return strided(n, outputs, size, stride, padding, true);
  }
  const outputs = Math.ceil(n / stride);
  const total = Math.max((outputs - 1) * stride + size - n, 0);
  return strided(n, outputs, size, stride, Math.floor(total / 2), true, padding === 'circular');
}

function strided(
  inputs: number,
  outputs: number,
  size: number,
  stride: number,
  low: number,
  coupled: boolean,
  circular = false,
): AxisWindow {
  return {
    inputs,
    outputs,
    coupled,
    window(position) {
      if (!coupled) {
        // Zeros meet each other only: they can be left out, however far the window reaches beyond the image.
        const first = Math.max(0, position * stride - low);
        const end = Math.min(inputs, position * stride - low + size);
        return Array.from({ length: end - first }, (_, offset) => first + offset);
      }
      return Array.from({ length: size }, (_, offset) => {
        const at = position * stride - low + offset;
        if (circular) return ((at % inputs) + inputs) % inputs;
        return at >= 0 && at < inputs ? at : -1;
      });
    },
  };
}
