/** Records first … first + count − 1 of a file. */
export interface Range {
  readonly first: number;
  readonly count: number;
}

/** Records in all of the ranges. */
export function countIn(ranges: readonly Range[]): number {
  return ranges.reduce((sum, { count }) => sum + count, 0);
}

/** The ranges that hold these records and no others. @param indices Ascending. */
export function rangesOf(indices: readonly number[]): Range[] {
  const ranges: { first: number; count: number }[] = [];
  for (const index of indices) {
    const last = ranges.at(-1);
    if (last !== undefined && last.first + last.count === index) last.count++;
    else ranges.push({ first: index, count: 1 });
  }
  return ranges;
}

/** The part of the ranges that lies in `count` records from `start` on, counted from there. */
export function rangesWithin(ranges: readonly Range[], start: number, count: number): Range[] {
  return ranges.flatMap((range) => {
    const from = Math.max(range.first - start, 0);
    const to = Math.min(range.first + range.count - start, count);
    return from < to ? [{ first: from, count: to - from }] : [];
  });
}
