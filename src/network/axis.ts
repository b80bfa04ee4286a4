import type { AxisWindow } from './window.js';

/**
 * One axis of a tensor of a pair of images, with the elements that a plan needs. Positions p and q on an axis of n belong
 * to the displacement class d = (q − p) mod n; a class has an element for every p. Element s·n + p of the axis is p and
 * q = (p + d) mod n, d being class number s. The tensor of a pair is [elements of rows][elements of columns].
 */
export interface Axis {
  readonly positions: number;
  /** Sorted; a subset of 0 … positions − 1. */
  readonly classes: readonly number[];
}

export function axisSize({ positions, classes }: Axis): number {
  return positions * classes.length;
}

/** p and q of every element. */
export function axisElements({ positions, classes }: Axis): [p: number, q: number][] {
  return classes.flatMap((d) =>
    Array.from({ length: positions }, (_, p): [number, number] => [p, (p + d) % positions]),
  );
}

/** What each output element of a gather sums; see shaders/network_gather.ts. */
export interface GatherTable {
  readonly starts: Uint32Array; // [outputs + 1]
  readonly sources: Uint32Array; // [starts[outputs]]
}

/** Input pairs of positions that output positions p, q sum, −1 being a zero outside. */
function* inputPairs(axis: AxisWindow, p: number, q: number): Generator<[number, number]> {
  const [ofP, ofQ] = [axis.window(p), axis.window(q)];
  for (const [k, from] of ofP.entries()) {
    if (from < 0) continue;
    if (axis.coupled) {
      if (ofQ[k] >= 0) yield [from, ofQ[k]];
    } else {
      for (const to of ofQ) if (to >= 0) yield [from, to];
    }
  }
}

const classOf = (p: number, q: number, positions: number) => (q - p + positions) % positions;

/** The input classes that some output element of these classes reads, sorted. */
export function sourceClasses(window: AxisWindow, output: Axis): number[] {
  const found = new Set<number>();
  for (const [p, q] of axisElements(output)) {
    for (const [from, to] of inputPairs(window, p, q)) found.add(classOf(from, to, window.inputs));
    if (found.size === window.inputs) break;
  }
  return [...found].sort((a, b) => a - b);
}

/** The table of a window layer between two axes; `input` holds what `sourceClasses` names, or more. */
export function windowTable(window: AxisWindow, input: Axis, output: Axis): GatherTable {
  const slots = new Map(input.classes.map((d, slot) => [d, slot]));
  const starts = [0];
  const sources: number[] = [];
  for (const [p, q] of axisElements(output)) {
    for (const [from, to] of inputPairs(window, p, q)) {
      sources.push(slots.get(classOf(from, to, input.positions))! * input.positions + from);
    }
    starts.push(sources.length);
  }
  return { starts: Uint32Array.from(starts), sources: Uint32Array.from(sources) };
}

/** The table that takes from `input` the elements of `output`, an axis of the same positions. */
export function selectionTable(input: Axis, output: Axis): GatherTable {
  const sources = output.classes.flatMap((d) => {
    const first = input.classes.indexOf(d) * input.positions;
    return Array.from({ length: input.positions }, (_, p) => first + p);
  });
  return {
    starts: Uint32Array.from({ length: sources.length + 1 }, (_, e) => e),
    sources: Uint32Array.from(sources),
  };
}

/** The table of one element, the sum of `count` others, each `step` after the one before. */
export function sumTable(count: number, step = 1, first = 0): GatherTable {
  return {
    starts: Uint32Array.of(0, count),
    sources: Uint32Array.from({ length: count }, (_, k) => step * k + first),
  };
}

/** Whether a table copies every element to its own place. */
export function isIdentity({ starts, sources }: GatherTable, input: Axis): boolean {
  return (
    sources.length === axisSize(input) &&
    starts.length === sources.length + 1 &&
    sources.every((source, e) => source === e && starts[e] === e)
  );
}
