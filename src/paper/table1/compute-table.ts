import { assertOpenGpu, type OpenGpu } from '../../gpu/dawn/open-gpu.js';
import { SILENT } from '../../progress/reporter.js';
import { assertTable1 } from './assert-request.js';
import { chooseGroups, type GroupChoice } from './choose-groups.js';
import { runTable1, type Table1Result, type Table1Task } from './run.js';
import { Stores, type StoredWork, type StoreUse } from './stores.js';
import type { KernelGroup } from './task.js';

/** What is asked of the table: kernels between drawn images, and the regressions with them. */
export interface Table1Request extends GroupChoice {
  /** `centred` targets and no ridge unless given. */
  readonly regression?: Table1Task['regression'];
}

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
 * The whole of Table 1 (Arora et al., NeurIPS 2019, section 6): its kernels in stores, which a further run goes on
 * with, and the regressions.
 *
 * @param use Where the stores are, and how they are computed.
 * @throws OutputError if the disk has no room; what `computeInStore` and `fit` throw; ArgumentError
 */
export async function computeTable1(
  opened: OpenGpu,
  request: Table1Request,
  use: StoreUse,
): Promise<Table1Outcome> {
  assertOpenGpu('computeTable1', opened);
  assertTable1(request, use);
  const { memoryBytes, signal, reporter = SILENT } = use;
  const { groups, pairs } = await chooseGroups(opened, use, request);
  const stores = new Stores(opened, use);
  const { draws, flip = false, regression = {} } = request;
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
