import type { Axis, GatherTable } from './axis.js';

// What 2×2 pooling sums of a plane, along an axis of n = 2 m positions. A plane of an even displacement d = 2 D feeds the
// pooled plane D alone, with the sums of its positions two by two. One of d = 2 D + 1 feeds two, plane D with its even
// positions and D + 1 with its odd ones. Each of these is a *part* of m positions. Numbered along d there are 3 m of them,
// and the pooled plane D is the sum of parts 3 D − 1, 3 D and 3 D + 1.

/** The parts that the planes of an axis are written as, as an axis of m positions each. */
export function partsAxis({ positions, classes }: Axis): Axis {
  const parts = classes.flatMap((d) => {
    const first = 3 * Math.floor(d / 2);
    return d % 2 === 0 ? [first] : [first + 1, first + 2];
  });
  return { positions: positions / 2, classes: parts };
}

/** The slot of a plane's first part. */
export function firstPart(parts: Axis, d: number): number {
  return parts.classes.indexOf(3 * Math.floor(d / 2) + (d % 2));
}

/** The slots of the three parts whose sum is a pooled plane. */
export function partsOfPooled({ positions, classes }: Axis, pooled: number): number[] {
  const all = 3 * positions;
  return [-1, 0, 1].map((offset) => classes.indexOf((3 * pooled + offset + all) % all));
}

/** The table that sums parts to pooled planes. */
export function partsTable(parts: Axis, pooled: Axis): GatherTable {
  const sources = pooled.classes.flatMap((d) => {
    const slots = partsOfPooled(parts, d);
    return Array.from({ length: pooled.positions }, (_, p) =>
      slots.map((slot) => slot * parts.positions + p),
    ).flat();
  });
  return {
    starts: Uint32Array.from({ length: sources.length / 3 + 1 }, (_, e) => 3 * e),
    sources: Uint32Array.from(sources),
  };
}
