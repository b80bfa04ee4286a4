import type { OpenGpu } from '../../gpu/dawn/open-gpu.js';
import { SILENT } from '../../progress/reporter.js';
import { chooseGroups, type GroupChoice } from './choose-groups.js';
import { runTable1, type Table1Result, type Table1Task } from './run.js';
import { Stores, type StoredWork, type StoreUse } from './stores.js';
import type { KernelGroup } from './task.js';

export type Table1Request = GroupChoice & Pick<Table1Task, 'regression'>;

export interface Table1Outcome {
  readonly result: Table1Result;
  /** Kernels that were computed: without GAP where there was no time for it. */
  readonly groups: readonly KernelGroup[];
  /** What this run computed itself. */
  readonly work: StoredWork;
  /** What the reader of a report should know of its time. */
  readonly workNote: string;
}

/**
 * The whole of Table 1: its kernels in stores, which a further run goes on with, and the regressions.
 *
 * @throws OutputError if the disk has no room; what `computeInStore` and `runTable1` throw.
 */
export async function computeTable1(
  opened: OpenGpu,
  request: Table1Request,
  use: StoreUse,
): Promise<Table1Outcome> {
  const { memoryBytes, signal, reporter = SILENT } = use;
  const { groups, pairs } = await chooseGroups(opened, use, request);
  const stores = new Stores(opened, use);
  const { draws, flip, regression } = request;
  const result = await runTable1(
    opened,
    { draws, flip, groups, regression },
    {
      compute: (job) => stores.compute(job),
      memoryBytes,
      reporter,
      signal,
    },
  ).catch((error: unknown) => {
    throw stores.withWhatIsKept(error);
  });
  reporter.end();
  return { result, groups, work: stores.work, workNote: stores.workNote(pairs) };
}
