import type { Axis, GatherTable } from './axis.js';

// What 2×2 pooling sums of planes, along an axis of n = 2 m positions. A plane of an even displacement d = 2 D feeds the
// pooled plane D alone, with the sums of its positions two by two. One of d = 2 D + 1 feeds two, plane D with its even
// positions and D + 1 with its odd ones. What is written, m positions each, is a *part* of a pooled plane. Written for every
// plane by itself (span 1) there are 3 m parts, numbered along d, and the pooled plane D is the sum of parts 3 D − 1, 3 D
// and 3 D + 1. A kernel that holds `span` consecutive planes, an even number, adds up what they have for the same pooled
// plane: span / 2 + 1 parts, the last of which meets the first one of the next planes.

/** Parts that make a pooled plane, at most. */
export function partsPerPooled(span: number): number {
  return span === 1 ? 3 : 2;
}

/** The numbers of the parts that plane d feeds. */
function partsOfPlane(d: number, span: number): number[] {
  const first =
    span === 1
      ? 3 * Math.floor(d / 2) + (d % 2)
      : (span / 2 + 1) * Math.floor(d / span) + Math.floor((d % span) / 2);
  return d % 2 === 0 ? [first] : [first, first + 1];
}

/** The pooled plane of a part, which may go once around. */
function pooledOf(part: number, span: number): number {
  if (span === 1) return Math.floor((part + 1) / 3);
  const parts = span / 2 + 1;
  return (span / 2) * Math.floor(part / parts) + (part % parts);
}

/** The parts that the planes of an axis are written as, as an axis of m positions each. */
export function partsAxis({ positions, classes }: Axis, span: number): Axis {
  const parts = new Set(classes.flatMap((d) => partsOfPlane(d, span)));
  return { positions: positions / 2, classes: [...parts].sort((a, b) => a - b) };
}

/** The slot of a plane's first part; of its second one, if d is odd, it is the next. */
export function firstPart(parts: Axis, d: number, span: number): number {
  return parts.classes.indexOf(partsOfPlane(d, span)[0]);
}

/** The slots of the parts whose sum is a pooled plane. */
export function partsOfPooled({ positions, classes }: Axis, pooled: number, span: number): number[] {
  return classes.flatMap((part, slot) => (pooledOf(part, span) % positions === pooled ? [slot] : []));
}

/** The table that sums parts to pooled planes. */
export function partsTable(parts: Axis, pooled: Axis, span: number): GatherTable {
  const starts = [0];
  const sources: number[] = [];
  for (const d of pooled.classes) {
    const slots = partsOfPooled(parts, d, span);
    for (let p = 0; p < pooled.positions; p++) {
      sources.push(...slots.map((slot) => slot * parts.positions + p));
      starts.push(sources.length);
    }
  }
  return { starts: Uint32Array.from(starts), sources: Uint32Array.from(sources) };
}
