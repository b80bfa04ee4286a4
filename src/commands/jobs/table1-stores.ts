import { join } from 'node:path';
import { OutputError } from '../../files/atomic-file.js';
import { makeFolder } from '../../files/make-folder.js';
import type { StoredGramReport } from '../../store/stored-gram.js';
import { planGroup, type GroupPlan } from '../../paper/table1/group-cost.js';
import {
  jobComputation,
  kernelGroups,
  type Draw,
  type KernelGroup,
  type KernelJob,
  type Table1Column,
} from '../../paper/table1/task.js';
import type { TuneMode } from '../../planning/tuned-variants.js';
import type { OpenDevice } from '../../node.js';
import { formatDuration } from '../../text/duration.js';
import { resultReport } from './assembly.js';
import { assertSpace } from '../../files/disk-space.js';
import { InterruptedError } from '../process/errors.js';
import { formatRate, type Progress } from '../process/progress.js';
import { computeInStore, tellingWhatIsKept } from './stored-computation.js';
import { measuredDevice, measurementCache } from '../options/tuning.js';
import { packageVersion } from '../process/version.js';

/** Where the kernels of the table are kept, and how they are computed. */
export interface StoreUse {
  /** Folder of all stores. */
  readonly out: string;
  readonly tune: TuneMode;
  readonly memoryBytes: number | undefined;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

export interface GroupChoice {
  readonly draws: readonly Draw[];
  readonly classes: number;
  readonly flip: boolean;
  /** Undefined: V, and GAP where there is time for it. */
  readonly columns: readonly Table1Column[] | undefined;
  readonly lapWidths: readonly number[];
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
  opened: OpenDevice,
  use: StoreUse,
  choice: GroupChoice,
): Promise<{ groups: readonly KernelGroup[]; pairs: number }> {
  const { progress, out } = use;
  const { columns, lapWidths, depths } = choice;
  const asked = kernelGroups(columns ?? ['V', 'GAP'], lapWidths, depths);
  progress.begin('plan');
  let plans = await planned(asked, opened, use, choice);
  progress.end();
  const pooled = plans.find(({ group }) => group.readouts.includes('gap'));
  if (columns === undefined && pooled !== undefined && pooled.seconds.kernels > GAP_SECONDS) {
    const time = formatDuration(1000 * pooled.seconds.kernels);
    progress.note(`without GAP, whose kernels would take ${time} here: --columns V,GAP computes them`);
    plans = await planned(kernelGroups(['V'], lapWidths, depths), opened, use, choice);
  }
  for (const line of formatPlan(plans)) progress.note(line);
  await assertRoom(out, plans);
  return {
    groups: plans.map(({ group }) => group),
    pairs: plans.reduce((sum, plan) => sum + plan.pairs, 0),
  };
}

async function planned(
  groups: readonly KernelGroup[],
  { gpu, adapter }: OpenDevice,
  { out, memoryBytes, signal }: StoreUse,
  { draws, classes, flip }: GroupChoice,
): Promise<GroupPlan[]> {
  const plans: GroupPlan[] = [];
  const [device, cache] = [measuredDevice({ adapter }), measurementCache()];
  for (const group of groups) {
    const options = { out, classes, flip, memoryBytes, signal };
    plans.push(await planGroup(gpu, device, cache, draws, group, options));
  }
  return plans;
}

function formatPlan(plans: readonly GroupPlan[]): string[] {
  return plans.flatMap(({ group, folders, pairs, elementLayers, present, diskBytes, seconds }) => {
    const { readouts, channels } = group;
    const there = present > 0 ? ` (${(100 * present).toFixed(0)} % are there)` : '';
    return [
      `${readouts.join(', ')}: ${channels.length} kernels of ${pairs.toLocaleString('en-US')} pairs${there}, ${elementLayers.toPrecision(3)} element-layers`,
      `  kernels about ${formatDuration(1000 * seconds.kernels)}, regressions ${formatDuration(1000 * seconds.regressions)}, disk ${mebibytes(diskBytes)}: ${folders.join(', ')}`,
    ];
  });
}

function mebibytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20).toLocaleString('en-US')} MiB`;
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

/** What a run computed itself; the rest was in the stores. */
export interface StoredWork {
  readonly pairs: number;
  readonly elementLayers: number;
  readonly elapsedMs: number;
  /** Undefined where everything was there. */
  readonly elementLayersPerSecond: number | undefined;
}

/** The stores of a run, one per job. */
export class Stores {
  private readonly reports: StoredGramReport[] = [];
  private isComputing = false;

  constructor(
    private readonly opened: OpenDevice,
    private readonly use: StoreUse,
  ) {}

  /** Computes what the store of a job lacks, and writes its matrices. @returns its folder. @throws as `computeInStore`. */
  async compute(job: KernelJob): Promise<string> {
    const { out, progress, ...rest } = this.use;
    const { name, group, rows, blockImages } = job;
    const folder = join(out, name);
    progress.note(`${name}: ${group.channels.length} kernels`);
    this.isComputing = true;
    const wanted = jobComputation(job, packageVersion());
    const run = { folder, wanted, channels: group.channels, rows, blockImages, progress, ...rest };
    const { report } = await tellingWhatIsKept(folder, () =>
      computeInStore(run, this.opened, ({ store }) => resultReport(store)),
    );
    this.isComputing = false;
    this.reports.push(report);
    return folder;
  }

  get work(): StoredWork {
    const sum = (of: (report: StoredGramReport) => number) =>
      this.reports.reduce((total, report) => total + of(report), 0);
    const [elementLayers, elapsedMs] = [sum((one) => one.elementLayers), sum((one) => one.elapsedMs)];
    return {
      pairs: sum((one) => one.pairs),
      elementLayers,
      elapsedMs,
      elementLayersPerSecond: elementLayers > 0 ? (1000 * elementLayers) / elapsedMs : undefined,
    };
  }

  /** What the reader of a report should know of its time. @param pairs Of all stores. */
  workNote(pairs: number): string {
    const { pairs: own, elementLayers, elapsedMs } = this.work;
    const count = (value: number) => value.toLocaleString('en-US');
    const speed = own > 0 ? ` in ${formatDuration(elapsedMs)}, ${formatRate(elementLayers, elapsedMs)}` : '';
    return own === pairs
      ? `The kernels of ${count(pairs)} pairs of images were computed${speed}.`
      : `Of ${count(pairs)} pairs of images ${count(own)} were computed in this run${speed}; the stores held the others.`;
  }

  /** An interruption between two stores, or after the last, with what there is to go on from. */
  withWhatIsKept(error: unknown): unknown {
    if (this.isComputing || !(error instanceof InterruptedError)) return error;
    const kept = `complete stores in ${this.use.out}: ${this.reports.length}; the same command goes on from there`;
    return new InterruptedError(error.signal, kept);
  }
}
