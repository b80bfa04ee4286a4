import type { Dtype } from './dtype.js';
import { InputError } from '../checks/input-error.js';

/** What pixels are divided by. `auto`: unsigned bytes by 255 (the paper's scale), other numbers are kept. */
export type PixelScale = 'auto' | number;

/** What the help says of it. */
export const SCALE_HELP =
  'What the pixels of every file are divided by: auto (unsigned bytes by 255, other numbers by nothing; files that ' +
  'do not fit together are refused), or a number, such as 255, or 1 for pixels as they are';

/** Pixels that were read from one file; as they are there, before the division. */
export interface PixelFacts {
  /** NumPy's name: uint8, float32, … */
  readonly dtype: string;
  /** What was asked for. */
  readonly scale: PixelScale;
  readonly dividedBy: number;
  /** Images that were read. */
  readonly count: number;
  readonly range: readonly [smallest: number, largest: number];
  /** Mean of the absolute values. */
  readonly meanSize: number;
  readonly integers: boolean;
}

/** Type and scale of the pixels by this option. @throws InputError if nothing can be divided by it. */
export function scaleOf(
  { name }: Pick<Dtype, 'name'>,
  scale: PixelScale,
  file: string,
): Pick<PixelFacts, 'dtype' | 'scale' | 'dividedBy'> {
  if (scale !== 'auto' && !(scale > 0 && scale < Infinity)) {
    throw new InputError(file, `the scale of the pixels is ${scale}; it must be auto or a number above 0`);
  }
  const byDefault = name === 'uint8' ? 255 : 1;
  return { dtype: name, scale, dividedBy: scale === 'auto' ? byDefault : scale };
}

/** Looks at pixels while they are decoded. */
export class PixelRange {
  private smallest = Infinity;
  private largest = -Infinity;
  private sum = 0;
  private pixels = 0;
  private integers = true;

  add(value: number): void {
    if (value < this.smallest) this.smallest = value;
    if (value > this.largest) this.largest = value;
    if (this.integers && !Number.isInteger(value)) this.integers = false;
    this.sum += Math.abs(value);
    this.pixels++;
  }

  get facts(): Pick<PixelFacts, 'range' | 'meanSize' | 'integers'> {
    const { smallest, largest, sum, pixels, integers } = this;
    return { range: [smallest, largest], meanSize: sum / pixels, integers };
  }
}
