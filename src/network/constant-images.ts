import type { PoolShares } from './constant-planes.js';
import type { ActivationOperation, LinearOperation, NetworkGraph } from './graph.js';

const { abs, asin, cos, exp, expm1, hypot, max, min, PI, sin, sqrt } = Math;

/** Patches whose 1 − |c| float32 finds below this count as equal. */
const SNAP = 3.7e-7;
/** The error of a correlation by the rounding of one layer. */
const ROUNDING = 1.5e-7;
/** What of it the next layers do not even out: where a layer sees equal numbers, each rounds them in the same direction. */
const DRIFT = 6e-8;

/** Below this 1 − c whole images may differ in noise, or in single pixels, and every pooling takes most of that. */
export const LOCAL = 0.05;
/** Powers of the share of p = q that a pooling may leave of 1 − c, more than all of it where a pixel lies at the border. */
const LOCAL_POWERS = [0.25, 0.5, 0.75, 1, 1.5];
/** Other differences are about as smooth as the images, and only a pooling to one pixel averages over enough of them. */
const POWERS = LOCAL_POWERS.slice(0, 2);

/** A number of two images, x and z, each of which consists of one patch. */
interface Constant {
  /** Their variances. */
  readonly x: number;
  readonly z: number;
  /** 1 − c; what float32 takes for it, rounding apart; and the error of that by the rounding of all layers before. */
  readonly u: number;
  readonly seen: number;
  readonly delta: number;
  /** Θ; its error, by equal patches that are none, and by rounding. */
  readonly theta: number;
  readonly oneSign: number;
  readonly random: number;
  /** Θ of the images with themselves. */
  readonly ofX: number;
  readonly ofZ: number;
}

const NOTHING: Constant = {
  ...{ x: 0, z: 0, u: 0, seen: 0, delta: 0 },
  ...{ theta: 0, oneSign: 0, random: 0, ofX: 0, ofZ: 0 },
};

/** Two patches: the mean of their energies, how far their lengths are apart, (√a−√b)²/(a+b), and 1 − c. */
export interface PatchPair {
  readonly energy: number;
  readonly lengths: number;
  readonly u: number;
}

/** Errors of an element, relative to that of an image with itself: sums over many even out those of rounding. */
export interface RelativeError {
  readonly oneSign: number;
  readonly random: number;
}

/** The first node that pools, and how much nearer the images may come in each: [powers][nodes]. */
interface Poolings {
  readonly first: number;
  readonly closer: readonly (readonly number[])[];
}

/**
 * The rounding errors of networks, followed layer by layer for two images that consist of one patch each. The error of a
 * correlation grows from layer to layer, while 1 − c shrinks: an error δ moves the angle, and with it K̇ of a relu, by
 * δ/√(2(1−|c|)), so that the last layers of a deep network lose far more than its first.
 */
export class ConstantImages {
  private readonly end: number;
  private readonly unpooled: readonly number[];
  private readonly poolings: Record<'local' | 'other', Poolings>;

  /** @param drift The error of a correlation that a layer hands on; 0, for tests, is the fault that each stands alone. */
  constructor(
    private readonly graph: NetworkGraph,
    private readonly shares: PoolShares,
    private readonly drift = DRIFT,
  ) {
    const { nodes, ends } = graph;
    [this.end] = ends;
    this.unpooled = nodes.map(() => 1);
    const ofLast = shares.pooled.map((share, index) => {
      const { height, width } = nodes[index];
      return height * width === 1 ? share : 1;
    });
    const powers = (of: readonly number[], exponents: readonly number[]) => ({
      first: of.findIndex((share) => share < 1),
      closer: exponents.map((exponent) => of.map((share) => share ** exponent)),
    });
    this.poolings = { local: powers(shares.pooled, LOCAL_POWERS), other: powers(ofLast, POWERS) };
  }

  /** The relative error of the NTK of two patches, or of whole images as if they were such. */
  relativeError(patches: PatchPair, areWhole: boolean): RelativeError {
    const values = this.follow([], patches, this.unpooled);
    let error = relativeErrorOf(values[this.end]);
    const { first, closer } = this.poolings[areWhole && patches.u < LOCAL ? 'local' : 'other'];
    if (first < 0) return error;
    for (const of of closer) {
      const pooled = this.follow(values.slice(0, first), patches, of);
      const other = relativeErrorOf(pooled[this.end]);
      if (other.oneSign + other.random > error.oneSign + error.random) error = other;
    }
    return error;
  }

  /** Θ of two patches, relative to that of an image with itself. */
  relativeTheta(patches: PatchPair): number {
    const { theta, ofX, ofZ } = this.follow([], patches, this.unpooled)[this.end];
    return theta / max(ofX, ofZ);
  }

  /** The values after those that are known. @param closer [nodes]: how much nearer each other pooling brings the images */
  private follow(
    values: Constant[],
    { energy, lengths, u }: PatchPair,
    closer: readonly number[],
  ): Constant[] {
    const { nodes } = this.graph;
    for (let index = values.length; index < nodes.length; index++) {
      const { operation, inputs } = nodes[index];
      const [first] = inputs;
      switch (operation.kind) {
        case 'input': {
          const root = sqrt(lengths * (2 - lengths));
          const [x, z] = [energy * (1 + root), energy * (1 - root)];
          values.push({ ...NOTHING, x, z, u, seen: u });
          break;
        }
        case 'sum':
          values.push(sum(inputs.map((input) => values[input])));
          break;
        case 'linear':
          values.push(throughLinear(operation, this.shares.gains[index], closer[index], values[first]));
          break;
        case 'activation':
          values.push(throughActivation(operation, values[first], this.drift));
      }
    }
    return values;
  }
}

function relativeErrorOf({ ofX, ofZ, oneSign, random }: Constant): RelativeError {
  const own = max(ofX, ofZ);
  return own > 0 ? { oneSign: oneSign / own, random: random / own } : { oneSign: 0, random: 0 };
}

/** Sums of numbers, and of what they say of correlations. */
function sum(parts: readonly Constant[]): Constant {
  const total = (of: (value: Constant) => number) => parts.reduce((all, value) => all + of(value), 0);
  const [x, z] = [total((value) => value.x), total((value) => value.z)];
  const m = sqrt(x * z);
  const size = (value: Constant) => sqrt(value.x * value.z);
  const mean = (of: (value: Constant) => number) =>
    m === 0 ? 0 : total((value) => size(value) * of(value)) / m;
  // √(xz) − Σ√(x_i z_i) without its cancellation: lengths of different proportions make an angle.
  let squares = 0;
  for (const [i, a] of parts.entries())
    for (const b of parts.slice(i + 1)) squares += (sqrt(a.x * b.z) - sqrt(b.x * a.z)) ** 2;
  const lengths = m === 0 ? 0 : squares / (m + total(size)) / m;
  return {
    x,
    z,
    u: mean(({ u }) => u) + lengths,
    seen: mean(({ seen }) => seen) + lengths,
    delta: mean(({ delta }) => delta),
    theta: total(({ theta }) => theta),
    oneSign: total(({ oneSign }) => oneSign),
    random: total(({ random }) => random),
    ofX: total(({ ofX }) => ofX),
    ofZ: total(({ ofZ }) => ofZ),
  };
}

function throughLinear(
  { bias, trained }: LinearOperation,
  gain: number,
  closer: number,
  input: Constant,
): Constant {
  const weighted = {
    x: gain * input.x,
    z: gain * input.z,
    u: closer * input.u,
    seen: closer * input.seen,
    delta: input.delta,
    theta: gain * input.theta,
    oneSign: gain * input.oneSign,
    random: gain * input.random,
    ofX: gain * input.ofX,
    ofZ: gain * input.ofZ,
  };
  const sigma = bias === 0 ? weighted : sum([weighted, { ...NOTHING, x: bias, z: bias }]);
  if (!trained) return sigma;
  const { x, z, u, theta, ofX, ofZ } = sigma;
  return { ...sigma, theta: theta + sqrt(x * z) * (1 - u), ofX: ofX + x, ofZ: ofZ + z };
}

function throughActivation(operation: ActivationOperation, input: Constant, drift: number): Constant {
  const { x, z } = input;
  const of = (u: number) => activated(operation, x, z, u);
  const rounded = input.delta + ROUNDING;
  const isNear = min(input.seen, 2 - input.seen) < SNAP + 2 * rounded;
  const seen = !isNear ? input.seen : input.seen < 1 ? 0 : 2;
  const delta = isNear ? 0 : rounded;
  const kept = isNear ? 0 : input.delta + drift;
  const [exact, device] = [of(input.u), of(seen)];
  const moved = (by: number) => abs(of(seen + by).kDot - device.kDot);
  const ofSelf = (variance: number) => activated(operation, variance, variance, 0);
  const [ofX, ofZ] = [ofSelf(x), ofSelf(z)];
  const m = sqrt(ofX.k * ofZ.k);
  return {
    x: ofX.k,
    z: ofZ.k,
    u: exact.next,
    seen: device.next,
    delta: m === 0 ? 0 : (abs(device.kDot) * sqrt(x * z) * kept) / m,
    theta: exact.kDot * input.theta,
    oneSign: abs(exact.kDot) * input.oneSign + abs(device.kDot - exact.kDot) * abs(input.theta),
    random: hypot(exact.kDot * input.random, max(moved(delta), moved(-delta)) * input.theta),
    ofX: ofX.kDot * input.ofX,
    ofZ: ofZ.kDot * input.ofZ,
  };
}

/** K, its 1 − c, and K̇. */
function activated({ activation, shape }: ActivationOperation, x: number, z: number, u: number) {
  const m = sqrt(x * z);
  if (activation === 'gaussian') {
    const e = exp(-shape * u);
    return { k: m * e, next: -expm1(-shape * u), kDot: shape * e };
  }
  if (activation === 'erf') {
    const product = (1 + 2 * x) * (1 + 2 * z);
    const sigma = 2 * m * (1 - u);
    const own = (a: number) => asin((2 * a) / (1 + 2 * a));
    const k = asin(sigma / sqrt(product));
    const rest = 1 + 2 * (x + z) + 4 * m * m * u * (2 - u);
    return { k: (2 / PI) * k, next: m === 0 ? 1 : 1 - k / sqrt(own(x) * own(z)), kDot: 4 / PI / sqrt(rest) };
  }
  const angle = 2 * asin(sqrt(min(1, max(0, u / 2))));
  const mix = (1 - shape) ** 2 / (1 + shape ** 2);
  const next = u - mix * ((sin(angle) - angle * cos(angle)) / PI);
  return { k: m * (1 - next), next, kDot: 1 - (mix * angle) / PI };
}
