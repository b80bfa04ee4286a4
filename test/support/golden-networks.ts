import { readFileSync } from 'node:fs';
import { parse } from 'npyjs';
import type { ImageStack } from '../../src/images/images.js';
import { Network } from '../../src/network/network.js';

/** One golden network: its layers as the file has them, and both kernel matrices of its images with themselves. */
export interface GoldenNetwork {
  readonly name: string;
  readonly layers: unknown;
  readonly network: Network;
  readonly images: ImageStack;
  /** [N][N] */
  readonly ntk: Float64Array;
  /** [N][N] */
  readonly nngp: Float64Array;
}

const folder = new URL('../golden/networks/', import.meta.url);

export function loadGoldenNetworks(): GoldenNetwork[] {
  const text = readFileSync(new URL('cases.json', folder), 'utf8');
  const cases = JSON.parse(text) as { name: string; images: string; expected: string; layers: unknown }[];
  return cases.map(({ name, images: file, expected, layers }) => {
    const pixels = readArray(file);
    const [count, channels, height, width] = pixels.shape;
    const images = { data: Float32Array.from(pixels.data), count, channels, height, width };
    const values = readArray(expected);
    if (values.shape.join() !== [2, count, count].join())
      throw new Error(`${expected}: shape ${values.shape.join()}`);
    const [ntk, nngp] = [0, 1].map((k) =>
      Float64Array.from(values.data.slice(k * count ** 2, (k + 1) * count ** 2)),
    );
    return { name, layers, network: Network.from(layers), images, ntk, nngp };
  });
}

function readArray(file: string): { data: Float32Array | Float64Array; shape: number[] } {
  const { data, shape, fortranOrder } = parse(new Uint8Array(readFileSync(new URL(file, folder))).buffer);
  if (fortranOrder || !(data instanceof Float32Array || data instanceof Float64Array)) {
    throw new Error(`${file}: floating point numbers in C order are needed`);
  }
  return { data, shape };
}

/** Largest |computed − expected| over the largest |expected|; NaN if any value is NaN. */
export function errorOfLargest(computed: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (computed.length !== expected.length)
    throw new Error(`${computed.length} values for ${expected.length}`);
  const largest = Math.max(...Array.from(expected, Math.abs));
  return Math.max(...Array.from(expected, (value, e) => Math.abs(computed[e] - value))) / largest;
}
