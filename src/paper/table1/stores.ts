import { join } from 'node:path';
import type { OpenGpu } from '../../gpu/dawn/open-gpu.js';
import { formatRate } from '../../progress/details.js';
import { SILENT } from '../../progress/reporter.js';
import { InterruptedError } from '../../signals/interrupted-error.js';
import { computeInStore, type ComputeInStoreOptions } from '../../store/compute-in-store.js';
import { tellingWhatIsKept } from '../../store/kept-tiles.js';
import type { StoredGramReport } from '../../store/stored-gram.js';
import { formatDuration } from '../../text/duration.js';
import type { KernelJob } from './task.js';

/** Where the kernels of the table are kept, and how they are computed. */
export interface StoreUse extends Pick<
  ComputeInStoreOptions<object>,
  'tune' | 'cache' | 'memoryBytes' | 'reporter' | 'signal'
> {
  /** Folder of all stores. */
  readonly out: string;
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
    private readonly opened: OpenGpu,
    private readonly use: StoreUse,
  ) {}

  /** Computes what the store of a job lacks, and writes its matrices. @returns its folder. @throws as `computeInStore`. */
  async compute(job: KernelJob): Promise<string> {
    const { out, reporter = SILENT, ...use } = this.use;
    const { name, group, images, inputs } = job;
    const task = { folder: join(out, name), kernels: group.kernels, images, inputs };
    reporter.note(`${name}: ${group.kernels.length} kernels`);
    this.isComputing = true;
    const { report } = await tellingWhatIsKept(task.folder, reporter, () =>
      computeInStore(this.opened, task, { reporter, ...use }),
    );
    this.isComputing = false;
    this.reports.push(report);
    return task.folder;
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
