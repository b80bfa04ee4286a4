import * as backwardDiagonal from '../../shaders/cholesky_backward_diagonal.js';
import * as backwardUpdate from '../../shaders/cholesky_backward_update.js';
import * as diagonal from '../../shaders/cholesky_diagonal.js';
import * as forwardDiagonal from '../../shaders/cholesky_forward_diagonal.js';
import * as forwardUpdate from '../../shaders/cholesky_forward_update.js';
import * as panel from '../../shaders/cholesky_panel.js';
import * as update from '../../shaders/cholesky_update.js';
import { BufferScope } from '../gpu/buffers.js';
import type { Gpu } from '../gpu/gpu.js';
import type { Program } from '../gpu/program.js';
import { Recording } from '../gpu/recording.js';
import { FactorizationBreakdownError, MatrixTooLargeError } from './errors.js';
import { columnsOf, sideOf } from './validate.js';

/** Rows of a diagonal block: 8 KiB of workgroup memory, and 64 multiply-adds for every element of A22 that is read. */
const BLOCK = 64;

/** Multiply-adds per submission: about a tenth of a second on a software adapter. */
const FACTOR_SUBMISSION = 1e9;
/** The substitutions are bound by memory, not by arithmetic. */
const SOLVE_SUBMISSION = 1e8;

/** Rows and columns `begin … begin + size − 1`. */
interface Block {
  readonly begin: number;
  readonly size: number;
  readonly last: boolean;
}

function blocksOf(n: number): Block[] {
  return Array.from({ length: Math.ceil(n / BLOCK) }, (_, b) => {
    const begin = b * BLOCK;
    return { begin, size: Math.min(BLOCK, n - begin), last: begin + BLOCK >= n };
  });
}

/** Floats from one row to the next: rows of whole tiles, so that no shader meets a ragged edge but the last block. */
const strideOf = (n: number) => update.TILE * Math.ceil(n / update.TILE);

export interface FactorizeOptions {
  /** Added to every diagonal element, in units of the matrix. */
  readonly shift?: number;
  readonly signal?: AbortSignal;
  /** Called after every submission with the share of the work that is done, 0 … 1. */
  readonly onProgress?: (fraction: number) => void;
}

/** @throws MatrixTooLargeError if no storage buffer of this device holds an n×n matrix. */
export function assertMatrixFits(gpu: Gpu, n: number): void {
  const limitBytes = Math.min(gpu.limits.maxStorageBufferBindingSize, gpu.limits.maxBufferSize);
  const neededBytes = 4 * strideOf(n) ** 2;
  if (!(neededBytes <= limitBytes)) {
    const largest = update.TILE * Math.floor(Math.sqrt(limitBytes / 4) / update.TILE);
    throw new MatrixTooLargeError(n, neededBytes, limitBytes, largest);
  }
}

/**
 * Cholesky factor of `matrix + shift·I` in float32 on the device: right-looking, blocked, in place (libflame's
 * FLA_Chol_l_blk_var3). The matrix is scaled by a power of two to a mean diagonal near 1, which is exact and keeps
 * float32 from overflow and underflow at any scale of the kernel.
 *
 * @param matrix [n][n]; only the lower triangle is read.
 * @throws MatrixTooLargeError before anything is allocated; FactorizationBreakdownError at the first pivot that is
 * not positive; the signal's reason when aborted. Nothing stays allocated after an error.
 */
export async function factorize(
  gpu: Gpu,
  matrix: Float32Array,
  { shift = 0, signal, onProgress }: FactorizeOptions = {},
): Promise<CholeskyFactor> {
  const n = sideOf(matrix);
  assertMatrixFits(gpu, n);
  const scale = powerOfTwoScale(matrix, n, shift);
  const [factorDiagonal, solvePanel, updateTrailing] = await Promise.all([
    gpu.program(diagonal.contract, { BLOCK }),
    gpu.program(panel.contract, { BLOCK }),
    gpu.program(update.contract, { BLOCK }),
  ]);
  const stride = strideOf(n);
  const scope = new BufferScope(gpu.device);
  try {
    const a = scope.storage('matrix', 4 * stride * stride); // [stride][stride]
    const p = scope.storage('panel', 4 * BLOCK * stride); // [BLOCK][stride]
    const d = scope.storage('pivots', 4 * stride); // [stride]
    await uploadLower(gpu, a, matrix, { n, stride, scale, shift, signal });

    let pivots = new Float32Array(n);
    let recording = new Recording(gpu);
    let pending = 0;
    for (const { begin, size, last } of blocksOf(n)) {
      // A11 := L11 with L11 L11ᵀ = A11
      recording.add(factorDiagonal, { matrix: a, pivots: d }, diagonal.workgroups(), { begin, size, stride });
      const end = begin + BLOCK;
      if (!last) {
        // A21 := A21 L11⁻ᵀ
        recording.add(solvePanel, { matrix: a, panel: p }, panel.workgroups(begin, stride, BLOCK), {
          begin,
          stride,
        });
        // A22 := A22 − A21 A21ᵀ
        recording.add(updateTrailing, { panel: p, matrix: a }, update.workgroups(end, stride), {
          begin: end,
          stride,
        });
      }
      pending += (BLOCK * (stride - begin) ** 2) / 2;
      if (!last && pending < FACTOR_SUBMISSION) continue;

      signal?.throwIfAborted();
      const { data } = await recording.read(d, 0, 4 * n).submit();
      pivots = new Float32Array(data[0]);
      const pivot = pivots.subarray(0, begin + size).findIndex((value) => !diagonal.isPositive(value));
      if (pivot >= 0) throw new FactorizationBreakdownError(pivot, pivots[pivot] / scale, n, shift);
      onProgress?.(last ? 1 : 1 - ((n - end) / n) ** 3);
      recording = new Recording(gpu);
      pending = 0;
    }
    scope.free(p);
    scope.free(d);
    return new CholeskyFactor(gpu, scope, a, { n, stride, scale, pivots });
  } catch (error) {
    scope.dispose();
    throw error;
  }
}

/** L with L Lᵀ = matrix + shift·I, in float32 on the device, which it holds until `dispose`. */
export class CholeskyFactor implements Disposable {
  readonly n: number;
  /** Diagonal of L, [n]. */
  readonly diagonal: Float64Array;
  /**
   * (max l_ii / min l_ii)²: a lower bound of the condition number of the matrix factored, free of charge and often
   * far below it. `solveRidge` reports a better estimate.
   */
  readonly conditionEstimate: number;

  constructor(
    private readonly gpu: Gpu,
    private readonly scope: BufferScope,
    private readonly factor: GPUBuffer, // [stride][stride]
    private readonly shape: { n: number; stride: number; scale: number; pivots: Float32Array },
  ) {
    this.n = shape.n;
    this.diagonal = Float64Array.from(shape.pivots, (pivot) => Math.sqrt(pivot / shape.scale));
    const [smallest, largest] = shape.pivots.reduce(
      ([low, high], pivot) => [Math.min(low, pivot), Math.max(high, pivot)],
      [Infinity, 0],
    );
    this.conditionEstimate = largest / smallest;
  }

  /** Bytes held on the device. */
  get sizeBytes(): number {
    return this.scope.sizeBytes;
  }

  /**
   * (matrix + shift·I)⁻¹ rhs in float32. Columns should be of magnitude near 1: nothing rescales them.
   *
   * @param rhs [n][k], any k ≥ 1. @returns [n][k].
   * @throws RangeError if `rhs` is not [n][k]; the signal's reason when aborted.
   */
  async solve(rhs: Float32Array, { signal }: { signal?: AbortSignal } = {}): Promise<Float32Array> {
    const { gpu, factor } = this;
    const { n, stride, scale } = this.shape;
    const k = columnsOf('right-hand sides', rhs, n);
    const [solveForward, updateBelow, solveBackward, updateAbove] = await this.programs();
    const width4 = Math.ceil(k / 4);
    const padded = new Float32Array(stride * 4 * width4);
    for (let i = 0; i < n; i++) padded.set(rhs.subarray(i * k, (i + 1) * k), i * 4 * width4);

    using scope = new BufferScope(gpu.device);
    const b = scope.upload('rhs', padded); // [stride][4 width4]
    const buffers = { factor, rhs: b };
    const blocks = blocksOf(n);
    let recording = new Recording(gpu);
    let pending = 0;
    const submitFrom = async (work: number) => {
      pending += work * 4 * width4;
      if (pending < SOLVE_SUBMISSION) return;
      signal?.throwIfAborted();
      await recording.submit();
      recording = new Recording(gpu);
      pending = 0;
    };

    for (const { begin, size, last } of blocks) {
      const params = { begin, size, stride, width4 };
      // B1 := L11⁻¹ B1
      recording.add(solveForward, buffers, forwardDiagonal.workgroups(width4), params);
      // B2 := B2 − L21 B1
      if (!last)
        recording.add(updateBelow, buffers, forwardUpdate.workgroups(begin, stride, width4, BLOCK), params);
      await submitFrom(size * (n - begin));
    }
    for (const { begin, size } of blocks.reverse()) {
      const params = { begin, size, stride, width4 };
      // B1 := L11⁻ᵀ B1
      recording.add(solveBackward, buffers, backwardDiagonal.workgroups(width4), params);
      // B0 := B0 − L10ᵀ B1
      if (begin > 0) recording.add(updateAbove, buffers, backwardUpdate.workgroups(begin, width4), params);
      await submitFrom(size * (begin + size));
    }
    signal?.throwIfAborted();
    const { data } = await recording.read(b).submit();

    const solved = new Float32Array(data[0]); // [stride][4 width4]
    return Float32Array.from(
      { length: n * k },
      (_, e) => scale * solved[Math.floor(e / k) * 4 * width4 + (e % k)],
    );
  }

  dispose(): void {
    this.scope.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  private programs(): Promise<readonly [Program, Program, Program, Program]> {
    const { gpu } = this;
    return Promise.all([
      gpu.program(forwardDiagonal.contract),
      gpu.program(forwardUpdate.contract, { BLOCK }),
      gpu.program(backwardDiagonal.contract),
      gpu.program(backwardUpdate.contract),
    ] as const);
  }
}

/** @throws FactorizationBreakdownError at the first diagonal element that is not positive. */
function powerOfTwoScale(matrix: Float32Array, n: number, shift: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) {
    const value = matrix[i * n + i] + shift;
    if (!(value > 0 && value < Infinity)) throw new FactorizationBreakdownError(i, value, n, shift);
    sum += value;
  }
  return 2 ** -Math.round(Math.log2(sum / n));
}

interface Upload {
  readonly n: number;
  readonly stride: number;
  readonly scale: number;
  readonly shift: number;
  readonly signal?: AbortSignal;
}

/** Writes scale·(matrix + shift·I), lower triangle, in pieces of 4 MiB: no second copy of the matrix on the host. */
async function uploadLower(
  gpu: Gpu,
  target: GPUBuffer,
  matrix: Float32Array, // [n][n]
  { n, stride, scale, shift, signal }: Upload,
): Promise<void> {
  const rowsPerPiece = Math.max(1, Math.floor(2 ** 20 / stride));
  const piece = new Float32Array(rowsPerPiece * stride);
  for (let first = 0; first < n; first += rowsPerPiece) {
    signal?.throwIfAborted();
    const rows = Math.min(rowsPerPiece, n - first);
    for (let r = 0; r < rows; r++) {
      const i = first + r;
      // What an earlier piece left in this row lies left of the diagonal, so all of it is overwritten.
      for (let j = 0; j <= i; j++) piece[r * stride + j] = scale * matrix[i * n + j];
      piece[r * stride + i] = scale * (matrix[i * n + i] + shift);
    }
    gpu.device.queue.writeBuffer(target, 4 * first * stride, piece, 0, rows * stride);
    // Dawn keeps the staging memory until the next submission.
    await new Recording(gpu).submit();
  }
}
