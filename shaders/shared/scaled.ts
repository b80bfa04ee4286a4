/** Float64 mirror of scaled.wgsl, and the scale as the shader reads it. */

/** A positive float64 as mantissa · 2^exponent, the mantissa of 64 bits with the highest one set. */
export interface SplitScale {
  readonly hi: number;
  readonly lo: number;
  readonly exponent: number;
}

/** Splits a float64 ≥ 0 without rounding; 0 becomes a number so small that no value is left of it. */
export function splitScale(scale: number): SplitScale {
  if (!(scale >= 0 && scale < Infinity))
    throw new RangeError(`a scale is ${scale}; a finite number ≥ 0 is wanted`);
  if (scale === 0) return { hi: 0x80000000, lo: 0, exponent: -4096 };
  const view = new DataView(new ArrayBuffer(8));
  // Denormal numbers have no leading 1.
  const isNormal = scale >= 2 ** -1022;
  view.setFloat64(0, isNormal ? scale : scale * 2 ** 64);
  const [high, low] = [view.getUint32(0), view.getUint32(4)];
  return {
    hi: (0x80000000 | ((high & 0xfffff) << 11) | (low >>> 21)) >>> 0,
    lo: (low << 11) >>> 0,
    exponent: ((high >>> 20) & 0x7ff) - 1086 - (isNormal ? 0 : 64),
  };
}

/** (a + b) · scale · 2^exponent. */
export function scaledSum(a: number, b: number, scale: number, exponent: number): number {
  return (a + b) * scale * 2 ** exponent;
}
