/** Fewer powers of ten than this in a range, and multiples by two and five stand between them. */
const FEW_POWERS = 4;
/** What is written out; beyond, as a power of ten. */
const [SMALL, LARGE] = [1e-4, 1e6];

/** At most `count` ticks whose distance is 1, 2 or 5 times a power of ten. */
export function linearTicks([low, high]: readonly [number, number], count: number): number[] {
  const rough = (high - low) / Math.max(1, count);
  const power = Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((m) => Number(`${m}e${power}`)).find((s) => s >= rough * (1 - 1e-9))!;
  const [first, last] = [Math.ceil(low / step - 1e-9), Math.floor(high / step + 1e-9)];
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** Ticks at the powers of ten; in a small range also at their multiples by two and five, in a tiny one as on a linear axis. */
export function logTicks([low, high]: readonly [number, number]): number[] {
  const [first, last] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const powers = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  const inside = (multiples: readonly number[]) =>
    powers
      .flatMap((power) => multiples.map((multiple) => Number(`${multiple}e${power}`)))
      .filter((tick) => tick >= low * (1 - 1e-9) && tick <= high * (1 + 1e-9));
  const candidates = [inside([1]), inside([1, 2, 5])];
  return (
    candidates.find(({ length }, i) => length >= (i === 0 ? FEW_POWERS : 3)) ?? linearTicks([low, high], 5)
  );
}

/** Ticks written out: all with the decimals that tell them apart; the very small and the very large as 2·10⁻⁶. */
export function tickLabels(ticks: readonly number[], scale: 'linear' | 'log'): string[] {
  if (scale === 'log') return ticks.map(formatNumber);
  const largest = Math.max(...ticks.map(Math.abs));
  const step = Math.min(...ticks.slice(1).map((tick, i) => tick - ticks[i]), largest);
  const decimals = Math.max(0, ...ticks.map(decimalsOf));
  if (largest >= LARGE || (step > 0 && step < SMALL)) return ticks.map(formatNumber);
  return ticks.map((tick) => tick.toFixed(decimals).replace('-', '−'));
}

function decimalsOf(value: number): number {
  const [mantissa, exponent] = value.toExponential().split('e');
  return (mantissa.split('.')[1]?.length ?? 0) - Number(exponent);
}

/** A number as short as it is exact. */
export function formatNumber(value: number): string {
  const size = Math.abs(value);
  if (value === 0 || (size >= SMALL && size < LARGE)) return String(value).replace('-', '−');
  const [mantissa, exponent] = value.toExponential().split('e');
  const power = `10${superscript(Number(exponent))}`;
  return mantissa === '1' ? power : `${mantissa.replace('-', '−')}·${power}`;
}

function superscript(exponent: number): string {
  return String(exponent).replace(/./g, (sign) => (sign === '-' ? '⁻' : '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(sign)]));
}

/** A tick on the sheet. */
export interface PlacedTick {
  readonly value: number;
  readonly label: string;
  /** The middle of its label along the axis, and the label's extent along it; pixels. */
  readonly middle: number;
  readonly extent: number;
}

/** The ticks without those whose labels would touch one kept before; the first and the last come first. */
export function withoutOverlap(ticks: readonly PlacedTick[], gap: number): PlacedTick[] {
  const kept: PlacedTick[] = [];
  for (const tick of [...ticks.slice(0, 1), ...ticks.slice(-1), ...ticks]) {
    const free = kept.every(
      (other) => Math.abs(other.middle - tick.middle) >= (other.extent + tick.extent) / 2 + gap,
    );
    if (free) kept.push(tick);
  }
  return kept.sort((a, b) => a.value - b.value);
}
