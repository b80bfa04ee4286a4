/** `length` items from `first` on, which follow each other `times` times. */
export interface Repeat {
  readonly first: number;
  readonly length: number;
  readonly times: number;
}

/** Sequences of up to this many items are looked for. */
const LONGEST = 4;
/** What is smaller in all stands as it is. */
const LEAST_SIZE = 6;

/**
 * A list as repeats of short sequences of equal items, from the front; an item that is not repeated stands alone.
 *
 * @param items Equal where their keys are; `size` says how much an item takes.
 */
export function repeats(items: readonly { readonly key: string; readonly size: number }[]): Repeat[] {
  const found: Repeat[] = [];
  for (let first = 0; first < items.length;) {
    let best: Repeat = { first, length: 1, times: 1 };
    for (let length = 1; length <= LONGEST; length++) {
      let end = first + length;
      while (end < items.length && items[end].key === items[end - length].key) end++;
      const times = Math.floor((end - first) / length);
      const covered = items.slice(first, first + times * length).reduce((sum, { size }) => sum + size, 0);
      const saves = (times - 1) * length;
      if (covered >= LEAST_SIZE && saves > (best.times - 1) * best.length) best = { first, length, times };
    }
    found.push(best);
    first += best.length * best.times;
  }
  return found;
}
