import type { Layer, Padding } from '../../network/layers.js';
import type { Grid } from './patches.js';

/** Which input pixels every output pixel of a layer reads. */
export interface WindowTable extends Grid {
  /** Pixels of a window. */
  readonly size: number;
  /** [output pixels][size], −1 for a zero beyond the border. */
  readonly sources: Int32Array;
}

/** One axis: the places that output `o` reads are `o · stride − before` and what follows it. */
interface AxisRule {
  readonly outputs: number;
  readonly size: number;
  readonly stride: number;
  readonly before: number;
  readonly wraps: boolean;
}

type Windowed = Extract<Layer, { layer: 'conv' | 'avgpool' | 'lap' | 'gap' }>;

export function windowTable(layer: Windowed, grid: Grid): WindowTable {
  const rows = axisRule(layer, grid.height);
  const columns = axisRule(layer, grid.width);
  const size = rows.size * columns.size;
  const sources = new Int32Array(rows.outputs * columns.outputs * size);
  let e = 0;
  for (let oy = 0; oy < rows.outputs; oy++) {
    for (let ox = 0; ox < columns.outputs; ox++) {
      for (let ky = 0; ky < rows.size; ky++) {
        for (let kx = 0; kx < columns.size; kx++) {
          const y = source(rows, oy, ky, grid.height);
          const x = source(columns, ox, kx, grid.width);
          sources[e++] = y < 0 || x < 0 ? -1 : y * grid.width + x;
        }
      }
    }
  }
  return { height: rows.outputs, width: columns.outputs, size, sources };
}

function source({ stride, before, wraps }: AxisRule, output: number, k: number, pixels: number): number {
  const at = output * stride - before + k;
  if (wraps) return ((at % pixels) + pixels) % pixels;
  return at < pixels ? at : -1;
}

function axisRule(layer: Windowed, pixels: number): AxisRule {
  switch (layer.layer) {
    case 'conv':
      return convolutionRule(pixels, layer.size, layer.stride ?? 1, layer.padding ?? 'same');
    case 'avgpool': {
      const { size, stride = size } = layer;
      return { outputs: 1 + Math.floor((pixels - size) / stride), size, stride, before: 0, wraps: false };
    }
    case 'lap':
      return { outputs: pixels, size: 2 * layer.radius + 1, stride: 1, before: layer.radius, wraps: false };
    case 'gap':
      return { outputs: 1, size: pixels, stride: 1, before: 0, wraps: false };
  }
}

function convolutionRule(pixels: number, size: number, stride: number, padding: Padding): AxisRule {
  const rule = { size, stride, wraps: padding === 'circular' };
  if (padding === 'valid' || typeof padding === 'number') {
    const before = padding === 'valid' ? 0 : padding;
    return { ...rule, before, outputs: 1 + Math.floor((pixels + 2 * before - size) / stride) };
  }
  // As many outputs as there are strides begun; what the last window lacks is added, the smaller half in front.
  const outputs = Math.ceil(pixels / stride);
  const lacking = Math.max(0, stride * (outputs - 1) + size - pixels);
  return { ...rule, before: Math.floor(lacking / 2), outputs };
}

/** @param values [images][pixels][channels] @returns [images][output pixels][size][channels] */
export function gatherWindows(
  values: Float64Array,
  channels: number,
  { height, width }: Grid,
  { sources }: WindowTable,
): Float64Array {
  const image = height * width * channels;
  const images = values.length / image;
  const windows = new Float64Array(images * sources.length * channels);
  for (let i = 0; i < images; i++) {
    for (let e = 0; e < sources.length; e++) {
      if (sources[e] < 0) continue;
      const from = i * image + sources[e] * channels;
      windows.set(values.subarray(from, from + channels), (i * sources.length + e) * channels);
    }
  }
  return windows;
}

/** The transpose of `gatherWindows`: every pixel gets the sum of what stands for it in the windows. */
export function scatterWindows(
  windows: Float64Array,
  channels: number,
  { height, width }: Grid,
  { sources }: WindowTable,
): Float64Array {
  const image = height * width * channels;
  const images = windows.length / (sources.length * channels);
  const values = new Float64Array(images * image);
  for (let i = 0; i < images; i++) {
    for (let e = 0; e < sources.length; e++) {
      if (sources[e] < 0) continue;
      const to = i * image + sources[e] * channels;
      const from = (i * sources.length + e) * channels;
      for (let c = 0; c < channels; c++) values[to + c] += windows[from + c];
    }
  }
  return values;
}
