import type { ShaderContract } from './contract.js';
import { wgsl } from './linked/norms.js';

const { floor } = Math;

/** Diagonal of the self-recursion of every image: design of `lambda` (paper, section I). */
export const contract: ShaderContract = {
  name: 'norms',
  wgsl,
  equation: 'variance[i][0] = patch(Σ_c x_c²);  variance[i][h] = GAIN · patch(variance[i][h-1])',
  bindings: [
    { name: 'images', access: 'read', shape: '[N][C][H][W] f32' },
    { name: 'variance', access: 'read_write', shape: '[N][L][H][W] f32, layer h from layer h-1' },
  ],
  params: { layer: 'u32', images: 'u32', channels: 'u32', layers: 'u32' },
  constants: ['HEIGHT', 'WIDTH', 'GAIN'],
  workgroups: '(⌈H·W/64⌉, N), once per layer',
  errorBound: 'relative 2⁻²² per layer: sums of nine non-negative terms, and of C squares',
};

export const variants = [
  { HEIGHT: 32, WIDTH: 32, GAIN: 0.125 },
  { HEIGHT: 1, WIDTH: 7, GAIN: 0.25 },
];

/** 3×3 sums with zero padding. source, return: [height][width]. */
export function patchSums(source: Float64Array, height: number, width: number): Float64Array {
  const rowSum = (y: number, x: number) =>
    (x > 0 ? source[y * width + x - 1] : 0) +
    source[y * width + x] +
    (x + 1 < width ? source[y * width + x + 1] : 0);
  return Float64Array.from(source, (_, p) => {
    const y = floor(p / width);
    const x = p % width;
    return (y > 0 ? rowSum(y - 1, x) : 0) + rowSum(y, x) + (y + 1 < height ? rowSum(y + 1, x) : 0);
  });
}

export interface NormsInput {
  readonly images: ArrayLike<number>; // [N][C][H][W]
  readonly count: number;
  readonly channels: number;
  readonly layers: number;
  readonly height: number;
  readonly width: number;
  readonly gain: number;
}

/** Float64 mirror, all layers. Returns variance [N][L][H][W]. */
export function mirror({ images, count, channels, layers, height, width, gain }: NormsInput): Float64Array {
  const pixels = height * width;
  const variance = new Float64Array(count * layers * pixels);
  for (let image = 0; image < count; image++) {
    let source: Float64Array = new Float64Array(pixels);
    for (let c = 0; c < channels; c++) {
      for (let p = 0; p < pixels; p++) source[p] += images[(image * channels + c) * pixels + p] ** 2;
    }
    for (let layer = 0; layer < layers; layer++) {
      const sums = patchSums(source, height, width);
      variance.set(sums, (image * layers + layer) * pixels);
      source = sums.map((value) => gain * value);
    }
  }
  return variance;
}
