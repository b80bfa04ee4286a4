import type { ImageStack } from '../images/images.js';
import { ConstantImages, LOCAL } from './constant-images.js';
import { poolShares } from './constant-planes.js';
import { buildGraph, type GraphNode, type NetworkGraph } from './graph.js';
import { dot, takePatches, sampledProduct, wholeProduct, type Patches } from './image-patches.js';
import type { Network } from './network.js';
import type { ImageSize } from './shapes.js';

const { abs, ceil, floor, max, min, sqrt } = Math;

/** Patches that float32 takes as equal, and is right to. */
const EQUAL = 1e-13;
/** Positions that are looked at along an axis of the image. */
const MOST_POSITIONS = 8;
/** Positions among these that are looked at first. */
const FIRST_POSITIONS = 8;
/** A relative error that is left to a device, of a patch as of a pair of images. */
const NEGLIGIBLE = 1e-6;
/** Bins of the tables: half octaves of 1 − c, octaves of the energy. */
const DISTANCES = 96;
const ENERGIES = 256;

/**
 * How far the NTK of a pair of images may be from its exact value, because float32 cannot tell their patches apart:
 * relative to the kernels of the images with themselves. An error of 1e-7 in a correlation c near ±1 moves the angle, and so
 * K̇ of a relu, by 1e-7/√(2(1−|c|)). Nearly equal patches are nearly equal images', or dim patches' beside a bias, or any
 * patches' after enough layers.
 *
 * Patches of both images at some positions stand for all; each is followed through the network as if the image consisted of
 * it, which is a matter of a few numbers, and of a table once it is known.
 */
export class RoundingRisk {
  private readonly graph: NetworkGraph;
  private readonly constants: ConstantImages;
  private readonly isScaleFree: boolean;
  /** The share of patches at one position in both images, in a read-out of all positions with all. */
  private readonly aligned: number;
  /** 1 if numbers of whole images go through activations: there all depends on the images themselves. */
  private readonly whole: number;
  private readonly radius: number;
  private readonly positions: readonly (readonly [y: number, x: number])[];
  /**
   * [energy][lengths] of [patches, whole][near 1, near −1][distance] of errors of one sign and random ones; NaN, or no table, where nobody
   * has asked yet.
   */
  private readonly tables: (Float64Array | undefined)[] = Array<undefined>(ENERGIES * DISTANCES).fill(
    undefined,
  );
  /** [energy]: the distance from which on a patch adds nothing; NaN where nobody has asked yet. */
  private readonly safe = new Float64Array(ENERGIES).fill(NaN);
  private readonly known = new WeakMap<ImageStack, Patches>();

  /** @param drift See ConstantImages. */
  constructor(network: Network, image: ImageSize, drift?: number) {
    this.graph = buildGraph([network], image);
    const { nodes } = this.graph;
    const shares = poolShares(this.graph);
    const { aligned } = shares;
    this.constants = new ConstantImages(this.graph, shares, drift);
    // Without biases only angles matter.
    const isScaleFree = ({ operation }: GraphNode) =>
      operation.kind === 'linear'
        ? operation.bias === 0
        : operation.kind !== 'activation' || operation.activation !== 'erf';
    this.isScaleFree = nodes.every(isScaleFree);
    const first = nodes.find(({ operation }) => operation.kind !== 'input')?.operation;
    const isConvolution = first?.kind === 'linear' && first.window?.layer === 'conv' && first.window.size > 1;
    this.radius = isConvolution ? 1 : 0;
    // Patches that have nothing in common have a smaller Θ.
    const displaced = max(0, this.constants.relativeTheta({ energy: 1, lengths: 0, u: 1 }));
    this.aligned = displaced > 0 ? aligned / (aligned + (1 - aligned) * displaced) : 1;
    const isTail = ({ operation, height, width }: GraphNode) =>
      operation.kind === 'activation' && height * width === 1;
    this.whole = nodes.some(isTail) ? 1 : this.aligned;
    const along = (n: number) => {
      const count = min(n, MOST_POSITIONS);
      return Array.from({ length: count }, (_, k) => floor(((k + 0.5) * n) / count));
    };
    // A network that begins with the sum over all positions sees no patches.
    const isFlat = first?.kind === 'linear' && first.window?.layer === 'flatten';
    this.positions = isFlat
      ? []
      : along(image.height).flatMap((y) => along(image.width).map((x) => [y, x] as const));
  }

  /** Whether any pair could be at risk: smooth activations are as exact for equal patches as for others. */
  get isPossible(): boolean {
    return this.graph.nodes.some(
      ({ operation }) => operation.kind === 'activation' && operation.activation !== 'gaussian',
    );
  }

  /** Relative error that the NTK of image i of x and image j of z may have. */
  ofPair(x: ImageStack, i: number, z: ImageStack, j: number): number {
    const ofX = this.patchesOf(x);
    const ofZ = this.patchesOf(z);
    const near = this.hasNearPatches(ofX, i, ofZ, j);
    const whole = this.whole === 1 || near ? this.ofWhole(ofX, i, ofZ, j) : 0;
    return near ? max(this.ofPatches(ofX, i, ofZ, j), whole) : whole;
  }

  /** Few pairs have near patches, and those have many: some positions tell, spread over the image. */
  private hasNearPatches(ofX: Patches, i: number, ofZ: Patches, j: number): boolean {
    const n = this.positions.length;
    const step = ceil(n / FIRST_POSITIONS);
    for (let k = step >> 1; k < n; k += step) {
      const [row, column] = [i * n + k, j * n + k];
      const product = ofX.unit * dot(ofX.values, row, ofZ.values, column, ofX.size);
      if (this.isNear(ofX.energies[row], ofZ.energies[column], product)) return true;
    }
    return false;
  }

  /** Whether float32 may not tell two patches, or whole images, apart, of mean products of their pixels. */
  private isNear(xx: number, zz: number, xz: number, whole: 0 | 1 = 0): boolean {
    const energy = (xx + zz) / 2;
    if (energy === 0) return true;
    const octave = halfOctave(energy) >> 1;
    if (Number.isNaN(this.safe[octave])) this.safe[octave] = this.safeDistance(octave);
    const safe = max(whole * LOCAL, this.safe[octave]);
    const m = sqrt(xx * zz);
    return !(energy - xz > safe * energy && m - abs(xz) > safe * m);
  }

  private ofPatches(ofX: Patches, i: number, ofZ: Patches, j: number): number {
    const n = this.positions.length;
    const [aligned, displaced] = [noSum(), noSum()];
    for (let k = 0; k < n; k++) {
      this.addPatches(aligned, ofX, i * n + k, ofZ, j * n + k);
      if (k % 2 === 0) this.addPatches(displaced, ofX, i * n + k, ofZ, j * n + ((7 * k + 3) % n));
    }
    const mean = ({ oneSign, squares }: Sum, count: number) => (oneSign + sqrt(squares)) / count;
    return this.aligned * mean(aligned, n) + (1 - this.aligned) * mean(displaced, ceil(n / 2));
  }

  /** What lies beyond the first layer sees more than a patch. */
  private ofWhole(ofX: Patches, i: number, ofZ: Patches, j: number): number {
    const [a, b] = [ofX.sampleEnergies[i], ofZ.sampleEnergies[j]];
    if (!this.isNear(a, b, sampledProduct(ofX, i, ofZ, j), 1)) return 0;
    const sum = noSum();
    this.add(sum, ofX.wholeEnergies[i], ofZ.wholeEnergies[j], wholeProduct(ofX, i, ofZ, j), 1);
    return this.whole * (sum.oneSign + sqrt(sum.squares));
  }

  private addPatches(sum: Sum, ofX: Patches, row: number, ofZ: Patches, column: number): void {
    const product = ofX.unit * dot(ofX.values, row, ofZ.values, column, ofX.size);
    this.add(sum, ofX.energies[row], ofZ.energies[column], product);
  }

  /** Adds the error of two patches, or of whole images, of mean products of their pixels. */
  private add(sum: Sum, xx: number, zz: number, xz: number, whole: 0 | 1 = 0): void {
    const energy = (xx + zz) / 2;
    if (energy === 0 || !this.isNear(xx, zz, xz, whole)) return;
    const m = sqrt(xx * zz);
    const angle = m === 0 ? 1 : (m - abs(xz)) / m;
    this.addEntry(sum, whole, xz < 0 ? 1 : 0, angle, (energy - m) / energy, halfOctave(energy) >> 1);
  }

  /** Adds the error of patches of 1 − |c| = u, from the tables. */
  private addEntry(
    sum: Sum,
    whole: 0 | 1,
    opposite: 0 | 1,
    u: number,
    lengths: number,
    octave: number,
  ): void {
    const [ofAngle, ofLengths] = [distanceBin(u), this.isScaleFree ? DISTANCES - 1 : distanceBin(lengths)];
    const energy = this.isScaleFree ? 0 : octave;
    const table = (this.tables[energy * DISTANCES + ofLengths] ??= new Float64Array(8 * DISTANCES).fill(NaN));
    const at = 2 * ((2 * whole + opposite) * DISTANCES + ofAngle);
    if (Number.isNaN(table[at])) {
      const distance = binDistance(ofAngle);
      const patches = {
        energy: this.isScaleFree ? 1 : 2 ** (octave - HALF_OCTAVES_OF_ONE / 2),
        lengths: min(1, binDistance(ofLengths)),
        u: opposite === 1 ? 2 - distance : distance,
      };
      const { oneSign, random } = this.constants.relativeError(patches, whole === 1);
      table[at] = oneSign;
      table[at + 1] = random;
    }
    sum.oneSign += table[at];
    sum.squares += table[at + 1] ** 2;
  }

  private safeDistance(octave: number): number {
    let safe = 4;
    while (safe > EQUAL) {
      const below = safe / 2;
      const sum = noSum();
      for (const opposite of [0, 1] as const) this.addEntry(sum, 0, opposite, below, 0, octave);
      if (sum.oneSign + sqrt(sum.squares) > NEGLIGIBLE) break;
      safe = below;
    }
    return safe;
  }

  private patchesOf(stack: ImageStack): Patches {
    let patches = this.known.get(stack);
    if (patches === undefined)
      this.known.set(stack, (patches = takePatches(stack, this.positions, this.radius)));
    return patches;
  }
}

/** Errors of elements: of one sign, and the squares of random ones. */
interface Sum {
  oneSign: number;
  squares: number;
}

const noSum = (): Sum => ({ oneSign: 0, squares: 0 });

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);
const HALF_OCTAVES_OF_ONE = 254;

/** The exponent of a float32 and the first bit of its fraction: cheaper than a logarithm. */
function halfOctave(value: number): number {
  float[0] = value;
  return bits[0] >>> 22;
}

/** Half octaves of a distance up to 2, from above; the last is that of what float32 takes as equal, and is right to. */
const distanceBin = (distance: number) =>
  distance > EQUAL
    ? min(DISTANCES - 1, max(0, HALF_OCTAVES_OF_ONE + 2 - halfOctave(distance)))
    : DISTANCES - 1;

const binDistance = (bin: number) => (bin === DISTANCES - 1 ? 0 : 2 ** ((2 - bin) / 2));
