import { MeasurementCache, type MeasuredDevice } from '../../planning/measurement-cache.js';
import { tunedVariants, type TunedJob, type TuneMode } from '../../planning/tuned-variants.js';
import { variantLabel, type PlaneVariants } from '../../kernel/plane-candidates.js';
import type { OpenDevice } from '../../node.js';
import { DEVICE } from './common-options.js';
import { choice, withDefault } from './options.js';
import { formatRate, type Progress } from '../process/progress.js';
import { packageVersion } from '../process/version.js';

export const tuneOption = withDefault(
  choice(
    DEVICE,
    'Fastest variant of the kernel by measurement (on: as measured before, or now where the run takes ten times as long as the search)',
    ['off', 'on', 'force'] as const satisfies readonly TuneMode[],
  ),
  'on',
);

/** What was said of the cache already: several parts of a run look into it. */
const said = new Set<string>();

/** What is kept of measurements between runs. What is wrong with it is said on stderr; no result depends on it. */
export function measurementCache(): MeasurementCache {
  return new MeasurementCache((message) => {
    if (!said.has(message)) process.stderr.write(`cntk: warning: ${message}\n`);
    said.add(message);
  });
}

export function measuredDevice({ adapter }: Pick<OpenDevice, 'adapter'>): MeasuredDevice {
  const { name, backend, description } = adapter;
  return { adapter: name, backend, driver: description, version: packageVersion() };
}

/** The variants that a run takes, by `--tune`. */
export function chooseVariants(
  opened: OpenDevice,
  job: TunedJob,
  { mode, progress, signal }: { mode: TuneMode; progress: Progress; signal: AbortSignal },
): Promise<PlaneVariants> {
  return tunedVariants(opened.gpu, measuredDevice(opened), measurementCache(), job, {
    mode,
    signal,
    onSearch: (kind, result) => {
      if (result === undefined) {
        progress.begin(`tune (${kind === 'vanilla' ? 'one plane' : 'all planes'})`);
        return;
      }
      const { variant, measurements } = result;
      const rate = measurements.find((one) => one.variant === variant)?.elementLayersPerSecond ?? 0;
      progress.end(`${variantLabel(variant)}, ${formatRate(rate, 1000)}`);
    },
  });
}

/** What reports say of the variants; nothing where the rule decided. */
export function variantReport(
  variants: PlaneVariants,
): Partial<Record<keyof PlaneVariants, string>> | undefined {
  const chosen = Object.entries(variants).map(([kind, variant]) => [kind, variantLabel(variant)] as const);
  return chosen.length === 0 ? undefined : Object.fromEntries(chosen);
}
