import { MeasurementCache } from '../../planning/measurement-cache.js';
import type { MeasureMode } from '../../planning/measured-variants.js';
import { DEVICE } from './common-options.js';
import { choice, withDefault } from './options.js';

export const tuneOption = withDefault(
  choice(
    DEVICE,
    'Fastest variant of the kernel by measurement (on: as measured before, or now where the run takes ten times as long as the search)',
    ['off', 'on', 'force'] as const satisfies readonly MeasureMode[],
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
