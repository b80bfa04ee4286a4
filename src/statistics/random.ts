/** Uniform numbers in [−1, 1), exactly representable in float32 (a 32-bit linear congruence, Numerical Recipes). */
export function randomNumbers(seed: number): () => number {
  let state = Math.imul(seed + 1, 0x9e3779b1) | 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state >> 8) / 2 ** 23;
  };
}
