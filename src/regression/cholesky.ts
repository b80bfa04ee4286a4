import * as diagonal from '../../shaders/cholesky_diagonal.js';
import { lineIndex, TILE } from '../../shaders/shared/lines.js';
import { BufferScope } from '../gpu/buffers.js';
import { assertGpu } from '../gpu/assert-gpu.js';
import type { Gpu } from '../gpu/gpu.js';
import { Recording } from '../gpu/recording.js';
import { assertKeys, assertRunOptions } from '../checks/arguments.js';
import type { NumberArray } from '../checks/typed-arrays.js';
import { CholeskyFactor, type FactorParts } from './cholesky-factor.js';
import { PanelSteps, type DevicePanel } from './device-panel.js';
import { FactorizationBreakdownError } from './errors.js';
import { planFactorization, type FactorPlan } from './factor-plan.js';
import { fingerprintOf } from './fingerprint.js';
import { sourceOf } from './given-kernel.js';
import { diagonalOf, type Elements, type MatrixSource } from './matrix-source.js';
import { openMemoryStore, type FactorIdentity, type OpenPanelStore, type PanelStore } from './panel-store.js';
import { inversePowerOfTwo } from './scaling.js';

export interface FactorizeOptions {
  /** Added to every diagonal element, in units of the matrix. */
  readonly shift?: number;
  /** Most bytes of device memory; what the device binds, if absent. Beyond it, panels stream. */
  readonly memoryBytes?: number;
  /** Where panels go that the device cannot hold; host memory if absent. */
  readonly store?: OpenPanelStore;
  /** The fingerprint of the whole matrix, to which stored panels are bound; where it is absent, the matrix is read for it. */
  readonly fingerprint?: string;
  readonly signal?: AbortSignal;
  /** Called before anything is computed. */
  readonly onPlan?: (plan: FactorPlan) => void;
  /** Called after every submission with the share of the work that is done, 0 … 1. */
  readonly onProgress?: (fraction: number) => void;
}

const FACTORIZE_OPTIONS = [
  'shift',
  'memoryBytes',
  'store',
  'fingerprint',
  'signal',
  'onPlan',
  'onProgress',
] as const satisfies readonly (keyof FactorizeOptions)[];

/**
 * Cholesky factor of `matrix + shift·I` in float32: left-looking by panels that stream through the device, each
 * factored there by blocks (libflame's FLA_Chol_l_blk_var1 around its var3). A matrix that the device can hold is one
 * panel, and its factor stays there. The matrix is scaled by a power of two to a mean diagonal near 1, which is exact
 * and keeps float32 from overflow and underflow at any scale of the kernel.
 *
 * @param matrix [n][n]; only the lower triangle is read.
 * @throws MatrixTooLargeError before anything is allocated; FactorizationBreakdownError at the first pivot that is
 * not positive; the signal's reason when aborted. Nothing stays allocated after an error.
 */
export async function factorize(
  gpu: Gpu,
  matrix: Elements | NumberArray | MatrixSource,
  options: FactorizeOptions = {},
): Promise<CholeskyFactor> {
  assertGpu('factorize', gpu);
  assertKeys('factorize', options, FACTORIZE_OPTIONS);
  assertRunOptions('factorize', options);
  options.signal?.throwIfAborted();
  const { shift = 0, memoryBytes, store: openStore, fingerprint, signal, onPlan, onProgress } = options;
  const source = sourceOf(matrix);
  const { n } = source;
  const plan = planFactorization(gpu, n, { memoryBytes });
  const { rows, width, panels, depth } = plan;
  const matrixDiagonal = await diagonalOf(source);
  const scale = powerOfTwoScale(matrixDiagonal, shift);
  onPlan?.(plan);
  const steps = await PanelSteps.compile(gpu, signal);
  const store =
    panels > 1 ? await openPanels(source, openStore, { n, shift, width, fingerprint, signal }) : undefined;
  const scope = new BufferScope(gpu.device);
  try {
    const target = scope.storage('matrix', 4 * rows * width); // [rows][width]
    const pivotBuffer = scope.storage('pivots', 4 * width);
    const lines = [scope.storage('lines', 4 * rows * depth)]; // [rows/16][depth][16]
    if (store) lines.push(scope.storage('lines', 4 * rows * depth));
    const pivots = new Float32Array(n);
    for (let j = 0; j < panels; j++) {
      const first = j * width;
      const panel: DevicePanel = {
        matrix: target,
        pivots: pivotBuffer,
        rows: rows - first,
        width: Math.min(width, rows - first),
        columns: Math.min(width, n - first),
      };
      if (store && j < store.done) {
        pivots.set(await store.pivots(j), first);
        continue;
      }
      const report = (fraction: number) => onProgress?.(fraction);
      await uploadPanel(gpu, source, panel, { first, scale, shift, signal });
      for (let k = 0; store && k < j; k++) {
        signal?.throwIfAborted();
        await updateByPanel(gpu, steps, panel, lines, await store.read(k), {
          offset: (j - k) * width,
          width,
          depth,
        });
        report(shareDone(plan, first, k * width));
      }
      for await (const known of steps.factor(panel, lines[0], depth)) {
        signal?.throwIfAborted();
        pivots.set(known, first);
        const bad = known.findIndex((value) => !diagonal.isPositive(value));
        if (bad >= 0) throw new FactorizationBreakdownError(first + bad, known[bad] / scale, n, shift);
        report(shareDone(plan, first, first + known.length));
      }
      if (store) {
        const { data } = await new Recording(gpu).read(target, 0, 4 * panel.rows * panel.width).submit();
        // A panel of the matrix as it was must not be kept under the name of the one that it was.
        await source.assertUnchanged?.();
        await store.write(j, new Float32Array(data[0]), pivots.slice(first, first + panel.columns));
      }
    }
    for (const buffer of [...lines, pivotBuffer]) scope.free(buffer);
    await source.assertUnchanged?.();
    const parts: FactorParts = { buffer: target, store };
    return new CholeskyFactor(gpu, scope, parts, plan, { scale, pivots });
  } catch (error) {
    scope.dispose();
    throw error;
  }
}

/** Share of the multiply-adds when columns before `first` are factored and `done` columns have been applied to the panel. */
function shareDone({ n, width }: FactorPlan, first: number, done: number): number {
  if (done >= n) return 1;
  const before = (column: number) => 1 - (1 - column / n) ** 3;
  // Up to the panel's first column the work on it is a product of equal steps; then it is like the others.
  if (done < first) {
    const next = Math.min(n, first + width);
    return before(first) + ((before(next) - before(first)) * done) / next;
  }
  return before(done);
}

/** target := target − L Lᵀ with all columns of an earlier panel. panel [rows][width], row-major. */
async function updateByPanel(
  gpu: Gpu,
  steps: PanelSteps,
  target: DevicePanel,
  lines: readonly GPUBuffer[],
  panel: Float32Array,
  { offset, width, depth }: { offset: number; width: number; depth: number },
): Promise<void> {
  let running: Promise<void> = Promise.resolve();
  for (let begin = 0, turn = 0; begin < width; begin += depth, turn = 1 - turn) {
    const count = Math.min(depth, width - begin);
    const transposed = transpose(panel, width, { offset, begin, count, rows: target.rows });
    // The other set of lines is still being read.
    gpu.device.queue.writeBuffer(lines[turn], 0, transposed);
    await running;
    running = steps.update(target, lines[turn], count);
  }
  await running;
}

interface Lines {
  readonly offset: number;
  readonly begin: number;
  readonly count: number;
  readonly rows: number;
}

/** Columns begin … begin + count − 1 of the rows from `offset` on. panel [.][width] → [rows/16][count][16]. */
function transpose(
  panel: Float32Array,
  width: number,
  { offset, begin, count, rows }: Lines,
): Float32Array<ArrayBuffer> {
  const lines = new Float32Array(count * rows);
  for (let top = 0; top < rows; top += TILE) {
    for (let k = 0; k < count; k++) {
      const at = lineIndex(top, k, count);
      for (let r = 0; r < TILE; r++) lines[at + r] = panel[(offset + top + r) * width + begin + k];
    }
  }
  return lines;
}

/** @throws FactorizationBreakdownError at the first diagonal element that is not positive. */
function powerOfTwoScale(matrixDiagonal: Float64Array, shift: number): number {
  const n = matrixDiagonal.length;
  let mean = 0;
  for (const [i, element] of matrixDiagonal.entries()) {
    const value = element + shift;
    if (!(value > 0 && value < Infinity)) throw new FactorizationBreakdownError(i, value, n, shift);
    mean += value / n;
  }
  return inversePowerOfTwo(mean);
}

/** Host memory needs no fingerprint: nothing of another matrix can be in it. */
async function openPanels(
  source: MatrixSource,
  open: OpenPanelStore | undefined,
  {
    fingerprint,
    signal,
    ...rest
  }: Omit<FactorIdentity, 'fingerprint'> & { fingerprint?: string; signal?: AbortSignal },
): Promise<PanelStore> {
  if (open === undefined) return await openMemoryStore({ ...rest, fingerprint: '' });
  return await open({ ...rest, fingerprint: fingerprint ?? (await fingerprintOf(source, signal)) });
}

interface Upload {
  readonly first: number;
  readonly scale: number;
  readonly shift: number;
  readonly signal?: AbortSignal;
}

/** Writes scale·(matrix + shift·I) of one panel, lower triangle and zeros, in pieces of 4 MiB. */
async function uploadPanel(
  gpu: Gpu,
  source: MatrixSource,
  { matrix, rows, width, columns }: DevicePanel,
  { first, scale, shift, signal }: Upload,
): Promise<void> {
  const rowsPerPiece = Math.max(1, Math.floor(2 ** 20 / width));
  const below = source.n - first; // rows that are no padding
  for (let top = 0; top < rows; top += rowsPerPiece) {
    signal?.throwIfAborted();
    const count = Math.min(rowsPerPiece, rows - top);
    const piece = new Float32Array(count * width);
    const filled = Math.min(count, below - top);
    const end = Math.min(columns, top + filled);
    const part = filled > 0 ? await source.rows(first + top, filled, first, first + end) : new Float32Array();
    for (let r = 0; r < filled; r++) {
      const last = Math.min(end, top + r + 1);
      for (let c = 0; c < last; c++) piece[r * width + c] = scale * part[r * end + c];
      const i = top + r;
      if (i < columns) piece[r * width + i] = scale * (part[r * end + i] + shift);
    }
    gpu.device.queue.writeBuffer(matrix, 4 * top * width, piece);
    // Dawn keeps the staging memory until the next submission.
    await new Recording(gpu).submit();
  }
}
