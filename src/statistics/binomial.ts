/** z of a two-sided interval of 95 %. */
const Z = 1.959963984540054;

/**
 * The 95 % interval of a proportion (Wilson 1927), as an accuracy measured on `count` independent images allows.
 *
 * @returns [low, high], both 0 … 1; [0, 1] without any image.
 */
export function binomialInterval(correct: number, count: number): [low: number, high: number] {
  if (count === 0) return [0, 1];
  const p = correct / count;
  const middle = (p + Z ** 2 / (2 * count)) / (1 + Z ** 2 / count);
  const half = (Z / (1 + Z ** 2 / count)) * Math.sqrt((p * (1 - p)) / count + Z ** 2 / (4 * count ** 2));
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}
