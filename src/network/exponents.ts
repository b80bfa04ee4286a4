import type { GraphNode, NetworkGraph, Operation } from './graph.js';
import { axisWindow, type AxisWindow } from './window.js';

/**
 * Powers of two that keep tensors near 1 on the device, where numbers are float32: a node stores its kernels times
 * 2^−exponent, which rounds nothing. They come from an image of ones, of which variances alone are followed, and where
 * layers mix positions their largest possible covariance, √(ab).
 *
 * @param pixelExponent The device computes with pixels times 2^−pixelExponent.
 * @returns [nodes]
 */
export function nodeExponents({ nodes, image }: NetworkGraph, pixelExponent: number): number[] {
  const bounds: Bound[] = [];
  for (const node of nodes) {
    const inputs = node.inputs.map((input) => bounds[input]);
    const bound = throughOperation(node, inputs, image.channels, pixelExponent);
    bounds.push(keepsExponent(node) ? bound : normalised(bound));
  }
  return bounds.map(({ exponent }) => exponent);
}

/** Products of pixels are stored as they are, and activations that keep variances give what they are given. */
function keepsExponent({ operation }: GraphNode): boolean {
  return operation.kind === 'input' || (operation.kind === 'activation' && operation.activation !== 'erf');
}

/** values · 2^exponent: a bound of the variance at every position, kept apart so that no depth underflows. */
interface Bound {
  readonly height: number;
  readonly width: number;
  readonly values: Float64Array; // [height][width]
  readonly exponent: number;
}

function throughOperation(
  { operation, height, width }: GraphNode,
  inputs: readonly Bound[],
  channels: number,
  pixelExponent: number,
): Bound {
  switch (operation.kind) {
    case 'input':
      return {
        height,
        width,
        values: new Float64Array(height * width).fill(channels),
        exponent: 2 * pixelExponent,
      };
    case 'activation': {
      const [input] = inputs;
      if (operation.activation !== 'erf') return input;
      // Below, arcsine and its argument are equal, and float64 may hold neither.
      if (input.exponent < -60) return { ...input, values: input.values.map((v) => (4 / Math.PI) * v) };
      const erf = (a: number) => (2 / Math.PI) * Math.asin((2 * a) / (1 + 2 * a));
      const unit = 2 ** Math.min(input.exponent, 1000);
      return { ...input, values: input.values.map((v) => erf(v * unit)), exponent: 0 };
    }
    case 'sum': {
      const exponent = Math.max(...inputs.map((input) => input.exponent));
      const values = new Float64Array(height * width);
      for (const input of inputs) {
        for (let p = 0; p < values.length; p++)
          values[p] += input.values[p] * 2 ** (input.exponent - exponent);
      }
      return { height, width, values, exponent };
    }
    case 'linear':
      return throughLinear(operation, inputs[0], height, width);
  }
}

function throughLinear(
  { window, gain, bias }: Extract<Operation, { kind: 'linear' }>,
  input: Bound,
  height: number,
  width: number,
): Bound {
  let { values, exponent } = input;
  if (window) {
    const [rows, columns] = [axisWindow(window, input.height), axisWindow(window, input.width)];
    if (!rows.coupled) values = values.map(Math.sqrt);
    values = summed(rows, columns, values, height, width);
    if (!rows.coupled) values = values.map((sum) => sum * sum);
  }
  values = values.map((value) => gain * value);
  if (bias > 0) {
    // True numbers: where they are beyond float64, one of the two does not matter.
    const raise = Math.max(0, -exponent);
    values = values.map((value) => value * 2 ** -raise + bias * 2 ** -(exponent + raise));
    exponent += raise;
  }
  return { height, width, values, exponent };
}

function summed(
  rows: AxisWindow,
  columns: AxisWindow,
  values: Float64Array,
  height: number,
  width: number,
): Float64Array {
  const [tall, wide] = [rows.inputs, columns.inputs];
  const across = new Float64Array(tall * width);
  for (let x = 0; x < width; x++) {
    for (const from of columns.window(x)) {
      if (from < 0) continue;
      for (let y = 0; y < tall; y++) across[y * width + x] += values[y * wide + from];
    }
  }
  const result = new Float64Array(height * width);
  for (let y = 0; y < height; y++) {
    for (const from of rows.window(y)) {
      if (from < 0) continue;
      for (let x = 0; x < width; x++) result[y * width + x] += across[from * width + x];
    }
  }
  return result;
}

function normalised(bound: Bound): Bound {
  const shift = Math.round(Math.log2(bound.values.reduce((a, b) => Math.max(a, b))));
  return {
    ...bound,
    values: bound.values.map((value) => value * 2 ** -shift),
    exponent: bound.exponent + shift,
  };
}
