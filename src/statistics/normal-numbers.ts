/**
 * Normal numbers of mean 0 and variance 1: xoshiro128** (Blackman and Vigna 2018; period 2¹²⁸) and the polar method of
 * Marsaglia. Finite networks take up to billions of them, more than a generator with 32 bits of state has.
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

  array(length: number): Float64Array {
    const values = new Float64Array(length);
    for (let i = 0; i < length; i++) values[i] = this.next();
    return values;
  }

  /** In [−1, 1). */
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

/** The finaliser of SplitMix with 32 bits. */
function scramble(value: number): number {
  let z = value;
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return z ^ (z >>> 15);
}
