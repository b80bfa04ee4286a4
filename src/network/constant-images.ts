import type { ActivationOperation, GraphNode, NetworkGraph } from './graph.js';
import { axisWindow } from './window.js';

const { abs, acos, asin, cos, exp, expm1, hypot, max, min, PI, sin, sqrt } = Math;

/** What float32 makes of 1 − |c|: below SNAP patches count as equal; above, it is wrong by about this much. */
const SNAP = 3.7e-7;
const ROUNDING = 1.2e-7;
/** Up to here all errors of an angle have one sign; above, they are random, and sums over positions even them out. */
const ONE_SIGN = 3e-6;
/** An error of an element from here on is that of any other. */
const NEAR = 0.02;
/** A number of both images alike: its variance a, 1 − c, Θ and its errors, and Θ of an image with itself. */
interface Constant {
  readonly a: number;
  readonly u: number;
  readonly theta: number;
  readonly oneSign: number;
  readonly random: number;
  readonly own: number;
}

/** The largest relative errors of the NTK, of all networks, for two images of one patch each. */
export function relativeError({ nodes, ends }: NetworkGraph, u: number, energy: number) {
  const values: Constant[] = [];
  for (const node of nodes) {
    const inputs = node.inputs.map((input) => values[input]);
    values.push(throughNode(node, inputs, nodes, u, energy));
  }
  const largest = (of: 'oneSign' | 'random') =>
    max(...ends.map((end) => (values[end].own > 0 ? values[end][of] / values[end].own : 0)));
  return { oneSign: largest('oneSign'), random: largest('random') };
}

function throughNode(
  { operation, inputs: [first] }: GraphNode,
  inputs: readonly Constant[],
  nodes: readonly GraphNode[],
  u: number,
  energy: number,
): Constant {
  switch (operation.kind) {
    case 'input':
      return { a: energy, u, theta: 0, oneSign: 0, random: 0, own: 0 };
    case 'sum': {
      const total = (of: (value: Constant) => number) => inputs.reduce((sum, value) => sum + of(value), 0);
      const a = total((value) => value.a);
      return {
        a,
        u: a === 0 ? 0 : total((value) => value.a * value.u) / a,
        theta: total(({ theta }) => theta),
        oneSign: total(({ oneSign }) => oneSign),
        random: total(({ random }) => random),
        own: total(({ own }) => own),
      };
    }
    case 'linear': {
      const [input] = inputs;
      const { window, bias, trained } = operation;
      const { height, width } = nodes[first];
      let gain = operation.gain;
      if (window !== undefined) {
        const [rows, columns] = [axisWindow(window, height), axisWindow(window, width)];
        const [q, r] = [rows.window(0).length, columns.window(0).length];
        gain *= rows.coupled ? q * r : (q * r) ** 2;
      }
      const a = gain * input.a + bias;
      const next = a === 0 ? 0 : (gain * input.a * input.u) / a;
      return {
        a,
        u: next,
        theta: gain * input.theta + (trained ? a * (1 - next) : 0),
        oneSign: gain * input.oneSign,
        random: gain * input.random,
        own: gain * input.own + (trained ? a : 0),
      };
    }
    case 'activation': {
      const [input] = inputs;
      const { own } = activated(operation, input.a, 0);
      const { a, next, kDot, moved } = activated(operation, input.a, input.u);
      const error = moved * abs(input.theta);
      const isRandom = min(input.u, 2 - input.u) > ONE_SIGN;
      return {
        a,
        u: next,
        theta: kDot * input.theta,
        oneSign: abs(kDot) * input.oneSign + (isRandom ? 0 : error),
        random: hypot(kDot * input.random, isRandom ? error : 0),
        own: own * input.own,
      };
    }
  }
}

/** The variance after an activation, 1 − c, K̇, how far float32 may move it, and K̇ at c = 1. */
function activated({ activation, shape }: ActivationOperation, a: number, u: number) {
  const near = min(u, 2 - u);
  if (activation === 'gaussian') {
    const kDot = shape * exp(-shape * u);
    return { a, next: -expm1(-shape * u), kDot, moved: 0, own: shape };
  }
  if (activation === 'erf') {
    const ofSelf = (2 / PI) * asin((2 * a) / (1 + 2 * a));
    const k = (2 / PI) * asin((2 * a * (1 - u)) / (1 + 2 * a));
    const rest = (distance: number) => 4 / PI / sqrt(1 + 4 * a + 4 * a * a * distance * (2 - distance));
    const kDot = rest(u);
    const moved = near > NEAR ? 0 : abs(rest(near < SNAP ? 0 : near + ROUNDING) - rest(near));
    // A difference of nearly equal numbers, where it is not of the first order.
    const next = u < 1e-6 ? (u * a * rest(0)) / ofSelf : 1 - k / ofSelf;
    return { a: ofSelf, next, kDot, moved, own: rest(0) };
  }
  const theta = acos(max(-1, 1 - u));
  const angle = u < 1e-6 ? sqrt(2 * u) : theta;
  const lift = u < 1e-6 ? angle ** 3 / 3 : sin(theta) - theta * cos(theta);
  const mix = (1 - shape) ** 2;
  const norm = 1 / (1 + shape * shape);
  const root = sqrt(2 * near);
  const moved = near > NEAR ? 0 : near < SNAP ? root : sqrt(2 * (near + ROUNDING)) - root;
  return {
    a,
    next: norm * (mix * (u - lift / PI) + 2 * shape * u),
    kDot: norm * (mix * (1 - angle / PI) + 2 * shape),
    moved: (norm * mix * moved) / PI,
    own: 1,
  };
}
