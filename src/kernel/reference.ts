import type { KernelSpec, Readout } from './kernel-spec.js';
import type { ImageStack } from '../images/images.js';
import { assertStack } from '../images/taken-images.js';
import { floatArray } from '../checks/typed-arrays.js';
import { checkImages } from '../images/image-checks.js';
import { kernelName, readoutRadius, validateKernels } from './validate-kernels.js';

/**
 * The definition of every kernel that the engine computes, in float64 and in four dimensions: loops over all pixels
 * p and q and over the 3×3 window, nothing else. It is the oracle of the tests and is meant for small images: a pair
 * costs (HW)² elements per layer in time and in memory.
 *
 * Source: Arora et al., "On Exact Computation with an Infinitely Wide Neural Net", NeurIPS 2019 (arXiv 1904.11955),
 * sections 3 and 4, appendices H and I, with c_σ = 2 and the division by q² = 9 folded into K and K̇; LAP: Li et al.
 * 2019 (arXiv 1911.00809).
 */

const { acos, max, min, sqrt, PI } = Math;

/** Scale of K and K̇: c_σ / (2π q²), with c_σ = 2 and q = 3. */
const SCALE = 1 / (9 * PI);

/** A tensor over pixel pairs, [HW][HW]: element (p, q) at p·HW + q. */
type PairTensor = Float64Array;

/** One image of a stack. */
interface Image {
  readonly data: Float32Array; // [C][H][W]
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/**
 * Kernel matrix between two stacks of images of one shape.
 *
 * @param xImages [Nx][C][H][W], in any class of numbers
 * @param zImages [Nz][C][H][W]
 * @returns [Nx][Nz], row-major
 * @param spec of depth ≥ 2
 * @throws ArrayError, ImageError, KernelSpecError
 */
export function referenceKernel(xImages: ImageStack, zImages: ImageStack, spec: KernelSpec): Float64Array {
  const x = given('x', xImages);
  const z = xImages === zImages ? x : given('z', zImages);
  checkImages(x, z);
  // Here the NTK of the hidden layers at depth 2 is what the definition says, zero; no run is asked for it.
  kernelName(spec); // that it is one at all
  const isZero = spec.kernel === 'ntk' && spec.trained === 'hidden' && spec.depth === 2;
  validateKernels([isZero ? { ...spec, trained: 'all' } : spec], x);
  const normsX = stackNorms(x, spec.depth);
  const normsZ = x === z ? normsX : stackNorms(z, spec.depth);
  const kernel = new Float64Array(x.count * z.count);
  for (let i = 0; i < x.count; i++) {
    for (let j = 0; j < z.count; j++) {
      const result = pairTensor(imageAt(x, i), normsX[i], imageAt(z, j), normsZ[j], spec);
      kernel[i * z.count + j] = readOut(result, x.height, x.width, spec.readout);
    }
  }
  return kernel;
}

/**
 * Result tensor R(p, q) of image i of x and image j of z, before any read-out: of `spec` only kernel, depth and
 * trained matter.
 *
 * @returns [HW][HW], row-major
 * @throws RangeError if the stacks differ in shape or an index lies outside its stack
 */
export function referenceTensor(
  x: ImageStack,
  i: number,
  z: ImageStack,
  j: number,
  spec: KernelSpec,
): Float64Array {
  const [imageX, imageZ] = [imageAt(x, i), imageAt(z, j)];
  const normsX = squaredNorms(imageX, spec.depth);
  const normsZ = x === z && i === j ? normsX : squaredNorms(imageZ, spec.depth);
  return pairTensor(imageX, normsX, imageZ, normsZ, spec);
}

/**
 * Read-out of a result tensor, by its definition:
 * vanilla Σ_p R(p,p); gap the mean over all (p,q); lap:c 1/(2c+1)⁴ Σ_i Σ_{δ,δ'∈[−c,c]²} R(i+δ, i+δ'), i over the
 * image and R = 0 outside it.
 *
 * @param result R, [HW][HW]
 */
export function readOut(result: Float64Array, height: number, width: number, readout: Readout): number {
  const pixels = height * width;
  let sum = 0;
  if (readout === 'gap') {
    for (const value of result) sum += value;
    return sum / pixels ** 2;
  }
  const c = readoutRadius(readout, height, width);
  for (let i = 0; i < pixels; i++) {
    const window = windowAround(i, height, width, c);
    for (const p of window) for (const q of window) sum += result[p * pixels + q];
  }
  return sum / (2 * c + 1) ** 4;
}

/** Pixels of the image within c rows and c columns of pixel i. */
function windowAround(i: number, height: number, width: number, c: number): number[] {
  const [row, column] = [Math.floor(i / width), i % width];
  const window: number[] = [];
  for (let y = max(0, row - c); y <= min(height - 1, row + c); y++) {
    for (let x = max(0, column - c); x <= min(width - 1, column + c); x++) window.push(y * width + x);
  }
  return window;
}

/** R of one pair: the recursion of the paper's section 4, given the squared norms [L][HW] of its images. */
function pairTensor(
  x: Image,
  normsX: Float64Array[],
  z: Image,
  normsZ: Float64Array[],
  spec: KernelSpec,
): PairTensor {
  const { height, width } = x;
  const layers = spec.depth - 1;
  let sigma = inputCovariance(x, z);
  const trainsAll = spec.kernel === 'ntk' && spec.trained === 'all';
  let theta = trainsAll ? sigma : new Float64Array(sigma.length); // Θ⁰
  for (let h = 1; ; h++) {
    const { kappa0, kappa1 } = reluLayer(sigma, normsX[h - 1], normsZ[h - 1]);
    const last = h === layers;
    if (last && spec.kernel === 'nngp') return kappa1;
    const keepsKappa1 = !last || trainsAll;
    const tangent = theta.map((value, e) => kappa0[e] * value + (keepsKappa1 ? kappa1[e] : 0)); // T^h
    if (last) return tangent;
    sigma = patch(kappa1, height, width);
    theta = patch(tangent, height, width);
  }
}

/** Σ⁰(p,q) = Σ_c Σ_{δ∈window} x_c(p+δ) z_c(q+δ): patch() of the inner products of pixels. */
function inputCovariance(x: Image, z: Image): PairTensor {
  if (x.channels !== z.channels || x.height !== z.height || x.width !== z.width) {
    throw new RangeError(
      `images of one shape are needed: x is ${shapeText(x)}, z is ${shapeText(z)} (channels×height×width)`,
    );
  }
  const pixels = x.height * x.width;
  const products = new Float64Array(pixels * pixels);
  for (let p = 0; p < pixels; p++) {
    for (let q = 0; q < pixels; q++) {
      let sum = 0;
      for (let c = 0; c < x.channels; c++) sum += x.data[c * pixels + p] * z.data[c * pixels + q];
      products[p * pixels + q] = sum;
    }
  }
  return patch(products, x.height, x.width);
}

/**
 * K̇ and K of one ReLU layer (the arc-cosine kernels of degree 0 and 1).
 *
 * @param sigma Σ^{h−1}, [HW][HW]
 * @param normsX, normsZ λ² of both images, [HW]
 */
function reluLayer(
  sigma: PairTensor,
  normsX: Float64Array,
  normsZ: Float64Array,
): { kappa0: PairTensor; kappa1: PairTensor } {
  const pixels = normsX.length;
  const kappa0 = new Float64Array(sigma.length);
  const kappa1 = new Float64Array(sigma.length);
  for (let p = 0; p < pixels; p++) {
    for (let q = 0; q < pixels; q++) {
      const e = p * pixels + q;
      // One root of the product, not a product of roots: for equal images it gives back λ² and so c = 1 exactly.
      const m = sqrt(normsX[p] * normsZ[q]);
      const c = m === 0 ? 0 : min(1, max(-1, sigma[e] / m));
      const angle = PI - acos(c);
      kappa0[e] = SCALE * angle;
      kappa1[e] = SCALE * m * (sqrt(1 - c * c) + c * angle);
    }
  }
  return { kappa0, kappa1 };
}

/** patch(S)(p,q) = Σ_{δ∈3×3} S(p+δ, q+δ), S = 0 where p+δ or q+δ leaves the image. */
function patch(s: PairTensor, height: number, width: number): PairTensor {
  const pixels = height * width;
  const result = new Float64Array(s.length);
  const inside = (y: number, x: number) => y >= 0 && y < height && x >= 0 && x < width;
  for (let py = 0; py < height; py++) {
    for (let px = 0; px < width; px++) {
      for (let qy = 0; qy < height; qy++) {
        for (let qx = 0; qx < width; qx++) {
          let sum = 0;
          for (let dy = -1; dy <= 1; dy++) {
            for (let dx = -1; dx <= 1; dx++) {
              if (!inside(py + dy, px + dx) || !inside(qy + dy, qx + dx)) continue;
              sum += s[((py + dy) * width + px + dx) * pixels + (qy + dy) * width + qx + dx];
            }
          }
          result[(py * width + px) * pixels + qy * width + qx] = sum;
        }
      }
    }
  }
  return result;
}

/** λ² of every layer, Σ_xx^{h−1}(p,p), from the recursion of the image with itself: [L][HW]. */
function squaredNorms(image: Image, depth: number): Float64Array[] {
  const pixels = image.height * image.width;
  const norms: Float64Array[] = [];
  let sigma = inputCovariance(image, image);
  for (let h = 1; h < depth; h++) {
    const diagonal = Float64Array.from({ length: pixels }, (_, p) => sigma[p * pixels + p]);
    norms.push(diagonal);
    if (h < depth - 1) sigma = patch(reluLayer(sigma, diagonal, diagonal).kappa1, image.height, image.width);
  }
  return norms;
}

function given(argument: string, stack: ImageStack): ImageStack {
  assertStack(argument, stack);
  // Float64 pixels are as good here: everything is computed in float64.
  return { ...stack, data: floatArray(`${argument}.data`, stack.data) as Float32Array };
}

function stackNorms(stack: ImageStack, depth: number): Float64Array[][] {
  return Array.from({ length: stack.count }, (_, i) => squaredNorms(imageAt(stack, i), depth));
}

function imageAt(stack: ImageStack, i: number): Image {
  const { channels, height, width, count } = stack;
  if (!(Number.isInteger(i) && i >= 0 && i < count)) {
    throw new RangeError(`image ${i} does not exist: the stack holds images 0 to ${count - 1}`);
  }
  const size = channels * height * width;
  return { data: stack.data.subarray(i * size, (i + 1) * size), channels, height, width };
}

function shapeText({ channels, height, width }: Image): string {
  return `${channels}×${height}×${width}`;
}
