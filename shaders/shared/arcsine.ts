/** Float64 mirror of arcsine.wgsl: the exact function. */
export function arcsine(s: number, complement: number): number {
  return s <= 0.5 ? Math.asin(s) : Math.PI / 2 - 2 * Math.asin(Math.sqrt(complement / 2));
}
