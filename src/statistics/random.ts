// Every random number of this project comes from here. A seed gives the same numbers everywhere and for ever: results,
// golden values and caches depend on them.

/**
 * Integers of 32 bits with a sign, by a linear congruence (Numerical Recipes): cheap, and good enough for what is only
 * timed or compared, such as the inputs of benchmarks.
 */
export function linearCongruence(start: number): () => number {
  let state = start;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) | 0);
}

/** Uniform numbers in [−1, 1) for benchmarks and generated images, exactly representable in float32. */
export function randomNumbers(seed: number): () => number {
  const next = linearCongruence(Math.imul(seed + 1, 0x9e3779b1) | 0);
  return () => (next() >> 8) / 2 ** 23;
}

/** Uniform numbers in [0, 1) for drawing subsets of images: SplitMix with 32 bits of state. */
export function splitMix32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    return (scramble(state) >>> 0) / 2 ** 32;
  };
}

/**
 * Puts the items into a random order (Fisher and Yates) and returns the same array.
 *
 * @param random Uniform numbers in [0, 1).
 */
export function shuffle<Item>(items: Item[], random: () => number): Item[] {
  for (let i = items.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [items[i], items[j]] = [items[j], items[i]];
  }
  return items;
}

/**
 * Normal numbers of mean 0 and variance 1, for the weights of finite networks and the order of their training: xoshiro128**
 * (Blackman and Vigna 2018; period 2¹²⁸) and the polar method of Marsaglia. A network takes up to billions of them, more
 * than a generator with 32 bits of state has.
 */
export class NormalNumbers {
  private readonly state: Uint32Array; // [4]
  private spare: number | undefined;

  /** @param seeds Integers; each list of them gives a stream of its own, the same one everywhere. */
  constructor(...seeds: readonly number[]) {
    let hash = 0x243f6a88;
    const next = () => {
      hash = (hash + 0x9e3779b9) | 0;
      return scramble(hash);
    };
    for (const seed of seeds) hash = scramble(next() ^ seed);
    this.state = Uint32Array.from({ length: 4 }, next);
  }

  /** The next number of the stream. */
  next(): number {
    if (this.spare !== undefined) {
      const value = this.spare;
      this.spare = undefined;
      return value;
    }
    for (;;) {
      const u = this.uniform();
      const v = this.uniform();
      const square = u * u + v * v;
      if (square >= 1 || square === 0) continue;
      const factor = Math.sqrt((-2 * Math.log(square)) / square);
      this.spare = v * factor;
      return u * factor;
    }
  }

  /** The next `length` numbers of the stream. */
  array(length: number): Float64Array {
    const values = new Float64Array(length);
    for (let i = 0; i < length; i++) values[i] = this.next();
    return values;
  }

  /** A uniform number in [−1, 1). */
  private uniform(): number {
    const s = this.state;
    const product = Math.imul(s[1], 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9);
    const shifted = s[1] << 9;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = (s[3] << 11) | (s[3] >>> 21);
    return result / 2 ** 31;
  }
}

/** The step that ends SplitMix with 32 bits: every bit of the result depends on every bit of the value. */
function scramble(value: number): number {
  let z = value;
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return z ^ (z >>> 15);
}
