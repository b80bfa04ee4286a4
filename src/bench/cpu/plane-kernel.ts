import { SNAP, TINY } from '../../../shaders/shared/arc_cosine.js';
import { link } from '../../../shaders/shared/plane.js';

/** Planes of one pair, as the fused kernel has them; for `gap`, so that only the last layer is summed. */
export interface CpuPlanes {
  readonly x: Float32Array; // [C+L][H][W]: pixels, then lambdas
  readonly z: Float32Array; // [C+L][H][W]
  readonly planes: readonly (readonly [number, number])[]; // (dx, dy)
  readonly channels: number;
  readonly layers: number;
  readonly height: number;
  readonly width: number;
  readonly gain: number;
  readonly theta0: number;
}

// Test runners with contexts of their own make every Math.x a slow lookup.
const { abs, sqrt } = Math;

/**
 * The recursion of displacement planes in plain JavaScript: what a machine does without a GPU. Σ and Θ are float32;
 * expressions between two stores are float64, which costs JavaScript nothing. The planes have a border of zeros, so
 * that no neighbour needs a test.
 *
 * @returns Float64Array [planes][2]: Σ H·W·K and Σ H·W·U of the last layer, as `planes.wgsl` has them for `gap`
 */
export function planeSums(input: CpuPlanes): Float64Array {
  const { x, z, planes, channels, layers, height, width, gain, theta0 } = input;
  const pixels = height * width;
  const stride = width + 2;
  const [k, u, rowK, rowT] = Array.from({ length: 4 }, () => new Float32Array((height + 2) * stride));
  const q = new Int32Array(pixels);
  const sums = new Float64Array(2 * planes.length);
  for (const [index, [dx, dy]] of planes.entries()) {
    const columnLinks = Float32Array.from({ length: width + 1 }, (_, column) => link(column, dx, width));
    const rowLinks = Float32Array.from({ length: height + 1 }, (_, row) => link(row, dy, height));
    for (let p = 0; p < pixels; p++) {
      const [row, column] = [Math.floor(p / width), p % width];
      q[p] = ((row + dy) % height) * width + ((column + dx) % width);
      let product = 0;
      for (let c = 0; c < channels; c++) product += x[c * pixels + p] * z[c * pixels + q[p]];
      const e = (row + 1) * stride + column + 1;
      k[e] = product;
      u[e] = product * (theta0 - 1);
    }
    for (let layer = 0; layer < layers; layer++) {
      sumRows(k, u, rowK, rowT, columnLinks, height, width);
      const lambdas = (channels + layer) * pixels;
      for (let row = 0, p = 0; row < height; row++) {
        const [above, below] = [rowLinks[row], rowLinks[row + 1]];
        for (let e = (row + 1) * stride + 1, end = e + width; e < end; e++, p++) {
          const sigma = rowK[e - stride] * above + rowK[e] + rowK[e + stride] * below;
          const theta = rowT[e - stride] * above + rowT[e] + rowT[e + stride] * below;
          const m = x[lambdas + p] * z[lambdas + q[p]];
          const distance = m < TINY ? 0 : (m - abs(sigma)) / m;
          const snapped = distance < SNAP;
          const r = snapped ? 0 : sqrt(distance);
          const angle = r * anglePolynomial(distance);
          const kappa0 = sigma < 0 ? angle : 1 - angle;
          k[e] = gain * (snapped ? m * kappa0 : sigma * kappa0 + m * r * sineFactor(distance));
          u[e] = gain * kappa0 * theta;
        }
      }
    }
    for (let e = 0; e < k.length; e++) {
      sums[2 * index] += pixels * k[e];
      sums[2 * index + 1] += pixels * u[e];
    }
  }
  return sums;
}

/** Sums of three neighbours along rows, of K and of T = K + U. */
function sumRows(
  k: Float32Array,
  u: Float32Array,
  rowK: Float32Array,
  rowT: Float32Array,
  links: Float32Array,
  height: number,
  width: number,
): void {
  for (let row = 0; row < height; row++) {
    const first = (row + 1) * (width + 2) + 1;
    for (let column = 0; column < width; column++) {
      const e = first + column;
      const [before, after] = [links[column], links[column + 1]];
      const [left, here, right] = [k[e - 1] * before, k[e], k[e + 1] * after];
      rowK[e] = left + here + right;
      rowT[e] = left + u[e - 1] * before + (here + u[e]) + right + u[e + 1] * after;
    }
  }
}

// Of shared/arc_cosine.wgsl: arccos(1 - t) = pi sqrt(t) A(t), sqrt(1 - (1 - t)^2) = pi sqrt(t) B(t); here the
// latter in closed form, since a square root costs JavaScript less than a polynomial.

function anglePolynomial(t: number): number {
  return (
    0.45015814900398254 +
    t *
      (0.03751382976770401 +
        t *
          (0.0084270890802145 +
            t *
              (0.0026154667139053345 +
                t *
                  (0.0004707357147708535 +
                    t * (0.001062651164829731 + t * (-0.000633641320746392 + t * 0.00038570811739191413))))))
  );
}

function sineFactor(t: number): number {
  return sqrt(2 - t) / Math.PI;
}
