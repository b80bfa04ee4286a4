import type { OpenGpu } from '../gpu/dawn/open-gpu.js';
import type { ImageShape } from '../images/images.js';
import type { Readout } from '../kernel/kernel-spec.js';
import { variantLabel } from '../kernel/plane-candidates.js';
import { cntk } from '../kernel/kernels.js';
import { planPasses } from '../kernel/passes.js';
import { laneVariant, type PlaneCount } from '../kernel/plane-variant.js';
import type { TuneResult } from '../kernel/tune.js';
import { parseReadout, readoutRadius } from '../kernel/validate-kernels.js';
import { SILENT, type Reporter } from '../progress/reporter.js';
import { measuredDevice, MeasurementCache, shapeLabel } from './measurement-cache.js';
import { searchVariant } from './measured-variants.js';

/** The kernels that a device is tuned for, and where the choice is kept. */
export interface TuneDeviceOptions {
  readonly shape: ImageShape;
  /** Convolution layers + 1; 11 unless given. */
  readonly depth?: number;
  /** Read-outs of one plane (`vanilla`) and of many (`gap`, `lap:c`) have variants of their own; `gap` unless given. */
  readonly readout?: Readout;
  /** The cache of measurements, by default that of this user. */
  readonly cache?: MeasurementCache;
  readonly reporter?: Reporter;
  readonly signal?: AbortSignal;
}

export interface TunedDevice extends TuneResult {
  readonly planes: PlaneCount;
}

/** The search of `library/planning`, whose arguments are right. Nothing is measured where a run has no choice. */
export async function tuneDevice(opened: OpenGpu, options: TuneDeviceOptions): Promise<TunedDevice> {
  const { shape, depth = 11, readout = 'gap', reporter = SILENT, signal } = options;
  const { cache = new MeasurementCache((message) => reporter.note(`warning: ${message}`)) } = options;
  const radius = readoutRadius(parseReadout(readout), shape.height, shape.width);
  const planes: PlaneCount = radius === 0 || shape.height * shape.width === 1 ? 'one' : 'many';
  const [pass] = planPasses([cntk({ depth, readout, trained: 'all' })], shape);
  const lane = laneVariant(pass, shape, opened);
  if (lane !== undefined) return { variant: lane, measurements: [], elapsedMs: 0, planes };
  reporter.phase(`tune for ${shapeLabel(shape)}, ${readout}`);
  const onCandidate = (index: number, count: number) =>
    reporter.update(index / count, `candidate ${index + 1} of ${count}`);
  const search = { shape, depth, planes, signal, onCandidate };
  const result = await searchVariant(opened, measuredDevice(opened), cache, search);
  reporter.end(variantLabel(result.variant));
  return { ...result, planes };
}
