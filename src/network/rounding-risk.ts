import type { ImageStack } from '../images/images.js';
import { axisWindow } from './window.js';
import { relativeError } from './constant-images.js';
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
/** A relative error that is lost among others. */
const NEGLIGIBLE = 1e-7;
/** Bins of the tables: half octaves of 1 − c, octaves of the energy. */
const DISTANCES = 96;
const ENERGIES = 256;

/**
 * How far the NTK of a pair of images may be from its exact value, because float32 cannot tell their patches apart:
 * relative to the kernels of the images with themselves. An error of 1e-7 in a correlation c near ±1 moves the angle, and so
 * K̇ of a relu, by 1e-7/√(2(1−|c|)). Nearly equal patches are nearly equal images', or dim patches' beside a bias.
 *
 * Patches of both images at some positions stand for all; each is followed through the network as if the image consisted of
 * it, which is a matter of a few numbers, and of a table once it is known.
 */
export class RoundingRisk {
  private readonly graph: NetworkGraph;
  /** The share of patches at one position in both images, in a read-out of all positions with all. */
  private readonly aligned: number;
  /** 1 if numbers of whole images go through activations: there all depends on the images themselves. */
  private readonly whole: number;
  private readonly radius: number;
  private readonly positions: readonly (readonly [y: number, x: number])[];
  private readonly pixels: number;
  private readonly tables = [false, true].map(() => ({
    /** [energy][distance], NaN where nobody has asked yet. */
    oneSign: new Float64Array(DISTANCES * ENERGIES).fill(NaN),
    random: new Float64Array(DISTANCES * ENERGIES),
  }));
  /** [energy]: the distance from which on a patch adds nothing; NaN where nobody has asked yet. */
  private readonly safe = new Float64Array(ENERGIES).fill(NaN);
  private readonly known = new WeakMap<ImageStack, Patches>();

  constructor(network: Network, image: ImageSize) {
    this.graph = buildGraph([network], image);
    const { nodes } = this.graph;
    const first = nodes.find(({ operation }) => operation.kind !== 'input')?.operation;
    const isConvolution = first?.kind === 'linear' && first.window?.layer === 'conv' && first.window.size > 1;
    this.radius = isConvolution ? 1 : 0;
    this.aligned = alignedShare(nodes, this.graph.ends[0]);
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
    this.pixels = image.height * image.width;
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

  /** Whether float32 may not tell two patches apart, of mean products of their pixels. */
  private isNear(xx: number, zz: number, xz: number): boolean {
    const energy = (xx + zz) / 2;
    if (energy === 0) return true;
    const octave = halfOctave(energy) >> 1;
    if (Number.isNaN(this.safe[octave])) this.safe[octave] = this.safeDistance(octave);
    const safe = this.safe[octave];
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
    const ofAligned = aligned.oneSign / n + sqrt(aligned.squares / (n * this.pixels));
    return this.aligned * ofAligned + ((1 - this.aligned) * displaced.oneSign) / ceil(n / 2);
  }

  /** What lies beyond the first layer sees more than a patch. */
  private ofWhole(ofX: Patches, i: number, ofZ: Patches, j: number): number {
    const { aligned } = this;
    const [a, b] = [ofX.sampleEnergies[i], ofZ.sampleEnergies[j]];
    const product = sampledProduct(ofX, i, ofZ, j);
    // Pooling takes much of the energy of what is not constant.
    if (!this.isNear(a, b, product) && !this.isNear(aligned * a, aligned * b, aligned * product)) return 0;
    const [xx, zz] = [ofX.wholeEnergies[i], ofZ.wholeEnergies[j]];
    const xz = wholeProduct(ofX, i, ofZ, j);
    const sums = [1, aligned].map((share) => {
      const sum = noSum();
      this.add(sum, share * xx, share * zz, share * xz);
      return sum;
    });
    // ROUNDING is a bound: a single error is a third of it on average.
    return this.whole * max(...sums.map(({ oneSign, squares }) => oneSign + sqrt(squares) / 3));
  }

  private addPatches(sum: Sum, ofX: Patches, row: number, ofZ: Patches, column: number): void {
    const product = ofX.unit * dot(ofX.values, row, ofZ.values, column, ofX.size);
    this.add(sum, ofX.energies[row], ofZ.energies[column], product);
  }

  /** Adds what two patches contribute, of mean products of their pixels. */
  private add(sum: Sum, xx: number, zz: number, xz: number): void {
    const energy = (xx + zz) / 2;
    if (energy === 0 || !this.isNear(xx, zz, xz)) return;
    const m = sqrt(xx * zz);
    const octave = halfOctave(energy) >> 1;
    // Patches of two lengths: without biases their angle matters, beside a bias their distance.
    const angle = m === 0 ? 1 : (m - abs(xz)) / m;
    const distance = (energy - xz) / energy;
    const first = this.entry(xz < 0 ? 1 : 0, angle, octave);
    const second = this.entry(0, distance, octave);
    const [{ oneSign, random }] = this.tables;
    const ofAngle = this.tables[xz < 0 ? 1 : 0];
    const one = first < 0 ? 0 : ofAngle.oneSign[first];
    const two = second < 0 ? 0 : oneSign[second];
    sum.oneSign += one > two ? one : two;
    const free = max(first < 0 ? 0 : ofAngle.random[first], second < 0 ? 0 : random[second]);
    sum.squares += free * free;
  }

  /** Place in the tables; negative if float32 takes the patches as equal, and is right to. */
  private entry(negative: 0 | 1, u: number, octave: number): number {
    if (!(u > EQUAL)) return -1;
    const ofDistance = min(DISTANCES - 1, max(0, HALF_OCTAVES_OF_ONE + 2 - halfOctave(u)));
    const at = octave * DISTANCES + ofDistance;
    const { oneSign, random } = this.tables[negative];
    if (Number.isNaN(oneSign[at])) {
      const distance = 2 ** ((2 - ofDistance) / 2);
      const energy = 2 ** (octave - HALF_OCTAVES_OF_ONE / 2);
      const found = relativeError(this.graph, negative === 1 ? 2 - distance : distance, energy);
      oneSign[at] = found.oneSign;
      random[at] = found.random;
    }
    return at;
  }

  private safeDistance(octave: number): number {
    let safe = 4;
    while (safe > EQUAL) {
      const below = safe / 2;
      const errors = this.tables.flatMap(({ oneSign, random }, negative) => {
        const at = this.entry(negative as 0 | 1, below, octave);
        return at < 0 ? [] : [oneSign[at], random[at]];
      });
      if (errors.some((error) => error > NEGLIGIBLE)) break;
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

/** Errors of patches: of one sign, and the squares of random ones. */
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

/**
 * The share of pairs of positions p = q in what a network sums up after its last activation on images: only from there on
 * pooling sets elements of nearly equal patches against others.
 */
function alignedShare(nodes: readonly GraphNode[], end: number): number {
  let share = 1;
  for (let node = end; nodes[node].inputs.length === 1; [node] = nodes[node].inputs) {
    const { operation, inputs } = nodes[node];
    const { height, width } = nodes[inputs[0]];
    if (operation.kind === 'activation' && height * width > 1) break;
    if (operation.kind !== 'linear' || operation.window === undefined) continue;
    const [rows, columns] = [axisWindow(operation.window, height), axisWindow(operation.window, width)];
    if (!rows.coupled)
      share /= rows.window(rows.outputs >> 1).length * columns.window(columns.outputs >> 1).length;
  }
  return share;
}
