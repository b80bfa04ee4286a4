import { formatRoughSize } from '../../text/sizes.js';
import { OutputError } from '../../files/atomic-file.js';
import { assertSpace } from '../../files/disk-space.js';
import { makeFolder } from '../../files/make-folder.js';
import type { OpenGpu } from '../../gpu/dawn/open-gpu.js';
import { MeasurementCache } from '../../planning/measurement-cache.js';
import { SILENT } from '../../progress/reporter.js';
import { formatDuration } from '../../text/duration.js';
import { planGroup, type GroupPlan } from './group-cost.js';
import type { StoreUse } from './stores.js';
import { kernelGroups, type Draw, type KernelGroup, type Table1Column } from './task.js';

export interface GroupChoice {
  /** Training and test images, as `drawImages` gives them. */
  readonly draws: readonly Draw[];
  /** Their number, which decides what a regression takes. */
  readonly classes: number;
  /** Kernels K(x, z) + K(x, flip z), which average over horizontal flips; false unless given. */
  readonly flip?: boolean;
  /** Undefined: V, and GAP where there is time for it. */
  readonly columns?: readonly Table1Column[];
  /** Local average pooling too, with windows of 2c + 1 pixels for these c; none unless given. */
  readonly lapWidths?: readonly number[];
  /** Convolution layers + 1. */
  readonly depths: readonly number[];
}

/** Kernels that GAP may take where nobody asked for it. */
const GAP_SECONDS = 20 * 60;

/**
 * Which kernels are computed, and of how many pairs; tells the plan before anything is.
 *
 * @throws OutputError if the disk has no room for them.
 */
export async function chooseGroups(
  opened: OpenGpu,
  use: StoreUse,
  choice: GroupChoice,
): Promise<{ groups: readonly KernelGroup[]; pairs: number }> {
  const { reporter = SILENT, out } = use;
  const { columns, lapWidths = [], depths } = choice;
  const asked = kernelGroups(columns ?? ['V', 'GAP'], lapWidths, depths);
  reporter.phase('plan');
  let plans = await planned(asked, opened, use, choice);
  reporter.end();
  const pooled = plans.find(({ group }) => group.readouts.includes('gap'));
  if (columns === undefined && pooled !== undefined && pooled.seconds.kernels > GAP_SECONDS) {
    const time = formatDuration(1000 * pooled.seconds.kernels);
    reporter.note(`without GAP, whose kernels would take ${time} here: --columns V,GAP computes them`);
    plans = await planned(kernelGroups(['V'], lapWidths, depths), opened, use, choice);
  }
  for (const line of formatPlan(plans)) reporter.note(line);
  await assertRoom(out, plans);
  return {
    groups: plans.map(({ group }) => group),
    pairs: plans.reduce((sum, plan) => sum + plan.pairs, 0),
  };
}

async function planned(
  groups: readonly KernelGroup[],
  opened: OpenGpu,
  { out, memoryBytes, signal, reporter = SILENT, ...use }: StoreUse,
  { draws, classes, flip = false }: GroupChoice,
): Promise<GroupPlan[]> {
  const plans: GroupPlan[] = [];
  const { cache = new MeasurementCache((message) => reporter.note(`warning: ${message}`)) } = use;
  for (const group of groups) {
    const options = { out, classes, flip, memoryBytes, signal };
    plans.push(await planGroup(opened, cache, draws, group, options));
  }
  return plans;
}

function formatPlan(plans: readonly GroupPlan[]): string[] {
  return plans.flatMap(({ group, folders, pairs, elementLayers, present, diskBytes, seconds }) => {
    const { readouts, kernels } = group;
    const there = present > 0 ? ` (${(100 * present).toFixed(0)} % are there)` : '';
    return [
      `${readouts.join(', ')}: ${kernels.length} kernels of ${pairs.toLocaleString('en-US')} pairs${there}, ${elementLayers.toPrecision(3)} element-layers`,
      `  kernels about ${formatDuration(1000 * seconds.kernels)}, regressions ${formatDuration(1000 * seconds.regressions)}, disk ${formatRoughSize(diskBytes)}: ${folders.join(', ')}`,
    ];
  });
}

async function assertRoom(out: string, plans: readonly GroupPlan[]): Promise<void> {
  try {
    await makeFolder(out);
    const needed = plans.reduce((sum, { diskBytes, present }) => sum + diskBytes * (1 - present / 2), 0);
    await assertSpace(out, needed);
  } catch (error) {
    throw new OutputError(out, error);
  }
}
