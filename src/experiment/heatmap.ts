import { interpolateViridis } from 'd3-scale-chromatic';
import { encode } from 'fast-png';

export interface HeatmapOptions {
  /** Side of the picture, pixels; the result is a little smaller or larger, so that every image gets whole pixels. */
  readonly sizePixels?: number;
  /** Share of the similarities that are drawn in the darkest and in the brightest colour; without it a few outliers would take the whole scale. */
  readonly clippedShare?: number;
}

export interface Heatmap {
  /** A PNG file, RGB. */
  readonly png: Uint8Array;
  readonly sizePixels: number;
  /** Similarities drawn in the darkest and in the brightest colour. */
  readonly range: readonly [low: number, high: number];
}

/** Width of the lines between classes. */
const SEPARATOR_PIXELS = 2;
const SEPARATOR = [255, 255, 255] as const;
const COLOURS = 256;

/**
 * A kernel matrix as a picture: cosine similarities K_ij / √(K_ii K_jj), images sorted by class, the classes parted
 * by thin white lines, in the colours of viridis. A kernel that knows the classes shows bright blocks on the diagonal.
 *
 * @param kernel K, [n][n].
 * @param labels Class of each image, [n].
 * @throws RangeError if the sizes disagree.
 */
export function kernelHeatmap(
  kernel: Float32Array,
  labels: ArrayLike<number>,
  { sizePixels = 800, clippedShare = 0.005 }: HeatmapOptions = {},
): Heatmap {
  const n = labels.length;
  if (kernel.length !== n * n || n === 0) {
    throw new RangeError(`a kernel of ${kernel.length} elements for ${n} labels; ${n}×${n} are needed`);
  }
  const similarity = cosineSimilarity(kernel, n);
  const range = spread(similarity, n, clippedShare);
  const positions = layOut(labels, sizePixels);
  const size = positions.length;
  const pixels = new Uint8Array(3 * size * size);
  const palette = viridis();
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const [row, column] = [positions[y], positions[x]];
      const inside = row !== undefined && column !== undefined;
      pixels.set(
        inside ? colourOf(similarity[row * n + column], range, palette) : SEPARATOR,
        3 * (y * size + x),
      );
    }
  }
  const png = encode({ width: size, height: size, data: pixels, channels: 3, depth: 8 });
  return { png, sizePixels: size, range };
}

/** K_ij / √(K_ii K_jj); 0 for an image whose kernel with itself is 0 (a black one). kernel, return: [n][n]. */
export function cosineSimilarity(kernel: Float32Array, n: number): Float64Array {
  const scale = Float64Array.from({ length: n }, (_, i) => {
    const self = kernel[i * (n + 1)];
    return self > 0 ? 1 / Math.sqrt(self) : 0;
  });
  return Float64Array.from(kernel, (value, e) => value * scale[Math.floor(e / n)] * scale[e % n]);
}

/** Which image stands at each pixel along one side, sorted by class; undefined: a line between two classes. */
function layOut(labels: ArrayLike<number>, sizePixels: number): (number | undefined)[] {
  const n = labels.length;
  const sorted = Array.from({ length: n }, (_, i) => i).sort((a, b) => labels[a] - labels[b]);
  // More images than pixels: every second, third, … one.
  const shown = sorted.filter((_, position) => position % Math.ceil(n / sizePixels) === 0);
  const classes = new Set(shown.map((image) => labels[image])).size;
  const room = sizePixels - SEPARATOR_PIXELS * (classes - 1);
  const cell = Math.max(1, Math.round(room / shown.length));
  return shown.flatMap((image, position) => {
    const opensClass = position > 0 && labels[image] !== labels[shown[position - 1]];
    const line = opensClass ? new Array<undefined>(SEPARATOR_PIXELS).fill(undefined) : [];
    return [...line, ...new Array<number>(cell).fill(image)];
  });
}

/** Percentiles of the similarities of different images. */
function spread(similarity: Float64Array, n: number, clippedShare: number): [number, number] {
  const others = similarity.filter((_, e) => e % (n + 1) !== 0).sort();
  if (others.length === 0) return [0, 1];
  const at = (share: number) => others[Math.round(share * (others.length - 1))];
  return [at(clippedShare), at(1 - clippedShare)];
}

function colourOf(value: number, [low, high]: readonly [number, number], palette: Uint8Array): Uint8Array {
  const share = high > low ? (value - low) / (high - low) : 0;
  const index = Math.round(Math.min(1, Math.max(0, share)) * (COLOURS - 1));
  return palette.subarray(3 * index, 3 * index + 3);
}

/** [COLOURS][3] */
function viridis(): Uint8Array {
  const palette = new Uint8Array(3 * COLOURS);
  for (let i = 0; i < COLOURS; i++) {
    const hex = Number.parseInt(interpolateViridis(i / (COLOURS - 1)).slice(1), 16);
    palette.set([hex >> 16, (hex >> 8) & 255, hex & 255], 3 * i);
  }
  return palette;
}
