import * as backwardDiagonal from '../../shaders/cholesky_backward_diagonal.js';
import * as backwardUpdate from '../../shaders/cholesky_backward_update.js';
import * as forwardDiagonal from '../../shaders/cholesky_forward_diagonal.js';
import * as forwardUpdate from '../../shaders/cholesky_forward_update.js';
import { BufferScope } from '../gpu/buffers.js';
import type { Gpu } from '../gpu/gpu.js';
import type { Program } from '../gpu/program.js';
import { Recording } from '../gpu/recording.js';
import { copyOfFloat64, type NumberArray } from '../checks/typed-arrays.js';
import { BLOCK, type FactorPlan } from './factor-plan.js';
import type { PanelStore } from './panel-store.js';
import { assertFinite, columnsOf } from './validate.js';

/** Multiply-adds per submission; the substitutions are bound by memory, not by arithmetic. */
const SUBMISSION = 1e8;

/** Unit vectors that one pass over the factor solves for; a multiple of BLOCK. */
const UNIT_COLUMNS = 256;

/** Where the factor is: in one buffer, or panel by panel in a store, from which they come into that buffer. */
export interface FactorParts {
  readonly buffer: GPUBuffer; // [rows][width]
  readonly store: PanelStore | undefined;
}

/** L with L Lᵀ = matrix + shift·I, in float32; its device memory is held until `dispose`. */
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
    private readonly parts: FactorParts,
    readonly plan: FactorPlan,
    private readonly numbers: { scale: number; pivots: Float32Array },
  ) {
    this.n = plan.n;
    this.diagonal = Float64Array.from(numbers.pivots, (pivot) => Math.sqrt(pivot / numbers.scale));
    const [smallest, largest] = numbers.pivots.reduce(
      ([low, high], pivot) => [Math.min(low, pivot), Math.max(high, pivot)],
      [Infinity, 0],
    );
    this.conditionEstimate = largest / smallest;
  }

  /** Bytes held on the device. */
  get sizeBytes(): number {
    return this.scope.sizeBytes;
  }

  /** The power of two by which the matrix was multiplied before it was rounded to float32. */
  get scale(): number {
    return this.numbers.scale;
  }

  /**
   * (matrix + shift·I)⁻¹ rhs in float32. Columns should be of magnitude near 1: nothing rescales them.
   *
   * @param rhs [n][k], any k ≥ 1. @returns [n][k].
   * @throws RangeError if `rhs` is not [n][k]; the signal's reason when aborted.
   */
  async solve(rhs: NumberArray, options: { signal?: AbortSignal } = {}): Promise<Float32Array> {
    const numbers = copyOfFloat64('right-hand sides', rhs, 'Float32Array');
    assertFinite('right-hand sides', numbers, columnsOf('right-hand sides', numbers, this.plan.n));
    const solved = await this.solveScaled(Float32Array.from(numbers), options);
    for (let e = 0; e < solved.length; e++) solved[e] *= this.scale;
    return solved;
  }

  /** (scale·(matrix + shift·I))⁻¹ rhs: as `solve`, but inside float32 whatever the magnitude of the matrix. */
  async solveScaled(rhs: Float32Array, { signal }: { signal?: AbortSignal } = {}): Promise<Float32Array> {
    const { n, rows, panels } = this.plan;
    const k = columnsOf('right-hand sides', rhs, n);
    const programs = await this.programs();
    const width4 = Math.ceil(k / 4);
    const padded = new Float32Array(rows * 4 * width4);
    for (let i = 0; i < n; i++) padded.set(rhs.subarray(i * k, (i + 1) * k), i * 4 * width4);

    using scope = new BufferScope(this.gpu.device);
    const b = scope.upload('rhs', padded); // [rows][4 width4]
    for (let j = 0; j < panels; j++) await this.substitute('forward', j, b, width4, programs, signal);
    for (let j = panels - 1; j >= 0; j--) await this.substitute('backward', j, b, width4, programs, signal);
    signal?.throwIfAborted();
    const { data } = await new Recording(this.gpu).read(b).submit();

    const solved = new Float32Array(data[0]); // [rows][4 width4]
    const result = new Float32Array(n * k);
    for (let i = 0; i < n; i++) {
      for (let c = 0; c < k; c++) result[i * k + c] = solved[i * 4 * width4 + c];
    }
    return result;
  }

  /**
   * Diagonal of (matrix + shift·I)⁻¹, [n]: element i is |L⁻¹ e_i|², the squares summed in float64. Its relative error is
   * that of the float32 factor, up to about the condition number times 2⁻²⁴ and mostly far less.
   */
  async inverseDiagonal({ signal }: { signal?: AbortSignal } = {}): Promise<Float64Array> {
    const { n, rows, width, panels } = this.plan;
    const programs = await this.programs();
    const inverse = new Float64Array(n);
    for (let first = 0; first < n; first += UNIT_COLUMNS) {
      const count = Math.min(UNIT_COLUMNS, n - first);
      const units = new Float32Array(rows * UNIT_COLUMNS); // [rows][UNIT_COLUMNS]
      for (let c = 0; c < count; c++) units[(first + c) * UNIT_COLUMNS + c] = 1;
      using scope = new BufferScope(this.gpu.device);
      const b = scope.upload('rhs', units);
      // Above row `first` L⁻¹ e_i is zero.
      for (let j = Math.floor(first / width); j < panels; j++) {
        await this.substitute('forward', j, b, UNIT_COLUMNS / 4, programs, signal, first);
      }
      const offset = first * UNIT_COLUMNS;
      const { data } = await new Recording(this.gpu)
        .read(b, 4 * offset, 4 * (n * UNIT_COLUMNS - offset))
        .submit();
      const solved = new Float32Array(data[0]);
      for (let e = 0; e < solved.length; e++) {
        const c = e % UNIT_COLUMNS;
        if (c < count) inverse[first + c] += solved[e] ** 2;
      }
    }
    return inverse.map((value) => value * this.numbers.scale);
  }

  dispose(): void {
    this.scope.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /** One panel of the forward or of the backward substitution. b [rows][4 width4]. */
  private async substitute(
    direction: 'forward' | 'backward',
    j: number,
    b: GPUBuffer,
    width4: number,
    programs: Programs,
    signal: AbortSignal | undefined,
    start = 0, // rows of b before it are zero
  ): Promise<void> {
    const { gpu, plan } = this;
    const first = j * plan.width;
    const rows = plan.rows - first;
    const stride = Math.min(plan.width, rows);
    const columns = Math.min(plan.width, plan.n - first);
    const { buffer: factor, store } = this.parts;
    if (store) gpu.device.queue.writeBuffer(factor, 0, await store.read(j));
    const offset = 16 * width4 * first;
    const buffers = { factor, rhs: { buffer: b, offset, size: b.size - offset } };
    let recording = new Recording(gpu);
    let pending = 0;
    const submitFrom = async (work: number, last: boolean) => {
      pending += work * 4 * width4;
      if (pending < SUBMISSION && !last) return;
      signal?.throwIfAborted();
      await recording.submit();
      recording = new Recording(gpu);
      pending = 0;
    };
    const blocks = Array.from({ length: Math.ceil(columns / BLOCK) }, (_, block) => block * BLOCK);
    if (direction === 'forward') {
      for (const begin of blocks.filter((begin) => first + begin + BLOCK > start)) {
        const size = Math.min(BLOCK, columns - begin);
        const params = { begin, size, rows, stride, width4 };
        // B1 := L11⁻¹ B1
        recording.add(programs.solveForward, buffers, forwardDiagonal.workgroups(width4), params);
        // B2 := B2 − L21 B1
        if (begin + BLOCK < rows)
          recording.add(
            programs.updateBelow,
            buffers,
            forwardUpdate.workgroups(begin, rows, width4, BLOCK),
            params,
          );
        await submitFrom(size * (rows - begin), begin === blocks.at(-1));
      }
      return;
    }
    if (rows > stride) {
      // B0 := B0 − L10ᵀ X1, X1 being all rows below the panel
      const params = { begin: stride, size: rows - stride, stride, width4 };
      recording.add(programs.updateAbove, buffers, backwardUpdate.workgroups(stride, width4), params);
      await submitFrom(stride * (rows - stride), false);
    }
    for (const begin of blocks.reverse()) {
      const size = Math.min(BLOCK, columns - begin);
      const params = { begin, size, stride, width4 };
      // B1 := L11⁻ᵀ B1
      recording.add(programs.solveBackward, buffers, backwardDiagonal.workgroups(width4), params);
      // B0 := B0 − L10ᵀ B1
      if (begin > 0)
        recording.add(programs.updateAbove, buffers, backwardUpdate.workgroups(begin, width4), params);
      await submitFrom(size * (begin + size), begin === 0);
    }
  }

  private async programs(): Promise<Programs> {
    const { gpu } = this;
    const [solveForward, updateBelow, solveBackward, updateAbove] = await Promise.all([
      gpu.program(forwardDiagonal.contract),
      gpu.program(forwardUpdate.contract, { BLOCK }),
      gpu.program(backwardDiagonal.contract),
      gpu.program(backwardUpdate.contract),
    ]);
    return { solveForward, updateBelow, solveBackward, updateAbove };
  }
}

interface Programs {
  readonly solveForward: Program;
  readonly updateBelow: Program;
  readonly solveBackward: Program;
  readonly updateAbove: Program;
}
