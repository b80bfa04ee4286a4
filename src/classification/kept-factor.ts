import type { Gpu } from '../gpu/gpu.js';
import { planFactorization } from '../regression/factor-plan.js';
import { tellingPanels } from '../regression/node/factor-folder.js';
import type { PanelFiles } from '../regression/node/panel-files.js';
import { isIndefinite } from './definite-fit.js';

export interface KeptFactorOptions {
  /** Where a factor that the device cannot hold is kept; undefined: in memory. */
  readonly panels: PanelFiles | undefined;
  /** Rows of the kernel. */
  readonly n: number;
  /** What the results take on the same disk. */
  readonly resultBytes: number;
  readonly memoryBytes: number | undefined;
}

/**
 * Runs what solves with a kernel whose factor may be kept on the disk: there must be room for it, what has no solution
 * needs it no more, and an interruption is told with what there is to go on from.
 *
 * @throws OutputError if there is no room; what `solve` throws.
 */
export async function withKeptFactor<T>(
  gpu: Gpu,
  { panels, n, resultBytes, memoryBytes }: KeptFactorOptions,
  solve: () => Promise<T>,
): Promise<T> {
  const { storeBytes } = planFactorization(gpu, n, { memoryBytes });
  if (panels === undefined) return solve();
  if (storeBytes > 0) await panels.assertRoom(storeBytes, resultBytes);
  return solve().catch(async (error: unknown) => {
    if (isIndefinite(error)) await panels.remove();
    throw await tellingPanels(error, panels.folder);
  });
}
