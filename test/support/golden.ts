import { readFileSync } from 'node:fs';
import { parse } from 'npyjs';
import type { KernelSpec, Readout, Trained } from '../../src/kernel/kernel-spec.js';
import type { ImageStack } from '../../src/images/images.js';

/** One golden result: float64 kernel matrix of a stack of images with itself (test/golden/README.md). */
export interface GoldenCase {
  /** Stem of the file of expected values, for example `random-3x5x7-d11-gap-hidden`. */
  readonly name: string;
  /** Stem of the file of images, for example `random-3x5x7`; equal for all cases that share the images. */
  readonly imagesName: string;
  /** Cases of one images file share this object. */
  readonly images: ImageStack;
  readonly spec: KernelSpec;
  /** [N][N], row-major. */
  readonly expected: Float64Array;
  /** The NTK of hidden layers at depth 2: identically zero, and the engine refuses it. */
  readonly refused: boolean;
}

/** An entry of cases.json. */
interface CaseEntry {
  readonly images: string;
  readonly depth: number;
  readonly kernel: 'ntk' | 'nngp';
  readonly readout: Readout;
  readonly trained: Trained | null;
  readonly expected: string;
}

/** Folder of the golden files. */
export const goldenFolder = new URL('../golden/', import.meta.url);

/** All golden cases, in the order of cases.json. */
export function loadGolden(): GoldenCase[] {
  const entries = JSON.parse(readFileSync(new URL('cases.json', goldenFolder), 'utf8')) as CaseEntry[];
  const stacks = new Map<string, ImageStack>();
  return entries.map((entry) => {
    const images = stacks.get(entry.images) ?? readImages(entry.images);
    stacks.set(entry.images, images);
    const spec = kernelOf(entry);
    return {
      name: entry.expected.replace('.npy', ''),
      imagesName: entry.images.replace('-images.npy', ''),
      images,
      spec,
      expected: readArray(entry.expected, Float64Array, [images.count, images.count]).data,
      refused: spec.kernel === 'ntk' && spec.trained === 'hidden' && spec.depth === 2,
    };
  });
}

/**
 * Largest |computed − expected| / |expected|; NaN if any value is NaN, which no `error <= tolerance` passes. Expected
 * values below 1e-9 of the largest are rounding noise of a zero: there the error counts against 1e-9 of the largest.
 */
export function relativeError(computed: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (computed.length !== expected.length) {
    throw new Error(`${computed.length} values were computed, ${expected.length} are expected`);
  }
  const values = Array.from(expected);
  const floor = 1e-9 * Math.max(...values.map(Math.abs));
  const errors = values.map((value, e) =>
    computed[e] === value ? 0 : Math.abs(computed[e] - value) / Math.max(Math.abs(value), floor),
  );
  return Math.max(...errors);
}

function kernelOf({ kernel, depth, readout, trained }: CaseEntry): KernelSpec {
  if (kernel === 'nngp') return { kernel, depth, readout };
  if (trained === null)
    throw new Error(`cases.json: an ntk case of depth ${depth} does not say what is trained`);
  return { kernel, depth, readout, trained };
}

function readImages(file: string): ImageStack {
  const { data, shape } = readArray(file, Float32Array);
  const [count, channels, height, width] = shape;
  return { data, count, channels, height, width };
}

function readArray<T extends Float32Array | Float64Array>(
  file: string,
  type: new (length: number) => T,
  expectedShape?: number[],
): { data: T; shape: number[] } {
  const bytes = readFileSync(new URL(file, goldenFolder));
  const { data, shape, fortranOrder } = parse(new Uint8Array(bytes).buffer);
  if (fortranOrder || !(data instanceof type)) throw new Error(`${file}: ${type.name} in C order is needed`);
  if (expectedShape !== undefined && shape.join() !== expectedShape.join()) {
    throw new Error(`${file}: shape ${shape.join('×')}, expected ${expectedShape.join('×')}`);
  }
  return { data, shape };
}
