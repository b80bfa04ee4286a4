import * as v from 'valibot';
import type { ImageShape } from '../images/images.js';
import type { PlaneListKind } from '../kernel/plane-candidates.js';
import { variantLabel } from '../kernel/plane-candidates.js';
import type { PlaneVariant } from '../kernel/plane-variant.js';
import { CacheFile, cacheFolder } from './cache-file.js';

/** What a measurement is bound to: another driver or another version of this package measures anew. */
export interface MeasuredDevice {
  readonly adapter: string;
  readonly backend: string;
  /** Driver and version, as the driver words it. */
  readonly driver: string;
  /** Of this package. */
  readonly version: string;
}

/** Which work was measured. */
export interface MeasuredWork {
  /** C×H×W, as in `3x32x32`. */
  readonly shape: string;
  readonly kind: PlaneListKind;
}

/** The variant of the plane kernel that was fastest. */
export interface TuningEntry extends MeasuredDevice, MeasuredWork {
  /** `variantLabel` of the variant. */
  readonly variant: string;
  readonly elementLayersPerSecond: number;
  readonly date: string;
}

/** The speed of whole runs. */
export interface RateEntry extends MeasuredDevice, MeasuredWork {
  readonly depth: number;
  readonly elementLayersPerSecond: number;
  /** Time of the per-image stage, for one image at `depth`. */
  readonly imageMs: number;
  /** A linear system of `solveRows` rows: its factorisation, and its refinement. */
  readonly solveRows: number;
  readonly factorMs: number;
  readonly refineMs: number;
  readonly date: string;
}

export function shapeLabel({ channels, height, width }: ImageShape): string {
  return `${channels}x${height}x${width}`;
}

const DEVICE = ['adapter', 'backend', 'driver', 'version'] as const;
const WORK = ['shape', 'kind'] as const;

const text = v.pipe(v.string(), v.maxLength(1000));
const positive = v.pipe(v.number(), v.gtValue(0), v.maxValue(1e18));
/** In milliseconds; a year is more than anything that is measured here takes. */
const milliseconds = v.pipe(v.number(), v.minValue(0), v.maxValue(365 * 24 * 3600 * 1000));
const measured = {
  adapter: text,
  backend: text,
  driver: text,
  version: text,
  shape: v.pipe(v.string(), v.regex(/^\d{1,9}x\d{1,9}x\d{1,9}$/)),
  kind: v.picklist(['vanilla', 'all'] as const satisfies readonly PlaneListKind[]),
  date: v.pipe(v.string(), v.isoTimestamp()),
  elementLayersPerSecond: positive,
};
const tuningEntry = v.object({ ...measured, variant: text });
const rateEntry = v.object({
  ...measured,
  depth: v.pipe(v.number(), v.integer(), v.minValue(2), v.maxValue(1e6)),
  imageMs: milliseconds,
  solveRows: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1e9)),
  factorMs: milliseconds,
  refineMs: milliseconds,
});

/** What was measured on this machine's adapters, kept between runs in the user's cache folder. */
export class MeasurementCache {
  private readonly tuning: CacheFile<TuningEntry>;
  private readonly rates: CacheFile<RateEntry>;

  /** @param where Null: nowhere. */
  constructor(warn: (message: string) => void, where: string | null = cacheFolder() ?? null) {
    const folder = where ?? undefined;
    const keyOf = (entry: MeasuredDevice & MeasuredWork) =>
      [...DEVICE, ...WORK].map((name) => entry[name]).join('\n');
    this.tuning = new CacheFile({ folder, name: 'tuning.json', entry: tuningEntry, keyOf, warn });
    this.rates = new CacheFile({ folder, name: 'rates.json', entry: rateEntry, keyOf, warn });
  }

  /** The variant that was chosen on this device for this work; undefined if none, or one that is no candidate any more. */
  async variant(
    device: MeasuredDevice,
    work: MeasuredWork,
    candidates: readonly PlaneVariant[],
  ): Promise<PlaneVariant | undefined> {
    const entry = (await this.tuning.entries()).find(
      (one) => isOf(one, device, DEVICE) && isOf(one, work, WORK),
    );
    return entry && candidates.find((candidate) => variantLabel(candidate) === entry.variant);
  }

  putVariant(entry: TuningEntry): Promise<void> {
    return this.tuning.put(entry);
  }

  /** Speeds of all devices for this work, newest last. */
  async ratesFor(work: MeasuredWork): Promise<RateEntry[]> {
    return (await this.rates.entries()).filter((one) => isOf(one, work, WORK));
  }

  putRate(entry: RateEntry): Promise<void> {
    return this.rates.put(entry);
  }
}

/** Whether both agree in these fields. */
export function isOf<T extends object>(entry: T, wanted: T, names: readonly (keyof T)[]): boolean {
  return names.every((name) => entry[name] === wanted[name]);
}

export function isSameDevice(a: MeasuredDevice, b: MeasuredDevice): boolean {
  return isOf(a, b, DEVICE);
}
