import * as diagonal from '../../shaders/cholesky_diagonal.js';
import * as panel from '../../shaders/cholesky_panel.js';
import type { Gpu } from '../gpu/gpu.js';
import type { Program } from '../gpu/program.js';
import { Recording } from '../gpu/recording.js';
import { BLOCK } from './factor-plan.js';
import { updateVariant, type UpdateVariant } from './update-variant.js';

/** Multiply-adds per submission: about a tenth of a second on a software adapter. */
const SUBMISSION = 1e9;

/** Columns of the matrix that one dispatch updates: keeps dispatches short. */
const STRIP = 256;

/** A panel of the matrix on the device: its rows from the diagonal down. */
export interface DevicePanel {
  readonly matrix: GPUBuffer; // [rows][width]
  readonly pivots: GPUBuffer; // [≥ width]
  readonly rows: number;
  readonly width: number;
  /** Columns that are no padding: the pivots there are. */
  readonly columns: number;
}

/** Columns of the factor, transposed: of `lines` lines the first `depth`. */
interface Lines {
  readonly buffer: GPUBuffer; // [rows/16][lines][16]
  readonly lines: number;
  readonly depth: number;
}

/** The steps of the factorisation on one panel. */
export class PanelSteps {
  private constructor(
    private readonly gpu: Gpu,
    private readonly factorDiagonal: Program,
    private readonly solvePanel: Program,
    private readonly updatePanel: Program,
    private readonly variant: UpdateVariant,
    private readonly signal: AbortSignal | undefined,
  ) {}

  /** @param signal Ends a step after the submission under way. */
  static async compile(gpu: Gpu, signal?: AbortSignal): Promise<PanelSteps> {
    const variant = updateVariant(gpu);
    const programs = await Promise.all([
      gpu.program(diagonal.contract, { BLOCK }),
      gpu.program(panel.contract, { BLOCK }),
      gpu.program(variant.contract, variant.constants),
    ]);
    return new PanelSteps(gpu, ...programs, variant, signal);
  }

  /** C := C − L Lᵀ with `depth` columns of earlier panels. lines [rows/16][depth][16]. */
  async update(target: DevicePanel, lines: GPUBuffer, depth: number): Promise<void> {
    let recording = new Recording(this.gpu);
    let pending = 0;
    for (let begin = 0; begin < target.width; begin += STRIP) {
      pending += this.addUpdate(
        recording,
        target,
        { buffer: lines, lines: depth, depth },
        begin,
        Math.min(begin + STRIP, target.width),
      );
      if (pending < SUBMISSION && begin + STRIP < target.width) continue;
      await recording.submit();
      this.signal?.throwIfAborted();
      recording = new Recording(this.gpu);
      pending = 0;
    }
  }

  /**
   * Factors a panel that all earlier ones have updated, in place: right-looking over groups of `depth` columns,
   * left-looking over the blocks inside a group. Yields the squares of the diagonal as far as they are known.
   *
   * @param lines [rows/16][depth][16], overwritten.
   */
  async *factor(target: DevicePanel, lines: GPUBuffer, depth: number): AsyncGenerator<Float32Array> {
    const { matrix, pivots, rows, width: stride, columns } = target;
    let recording = new Recording(this.gpu);
    let pending = 0;
    for (let group = 0; group < columns; group += depth) {
      const end = Math.min(group + depth, columns);
      for (let begin = group; begin < end; begin += BLOCK) {
        const size = Math.min(BLOCK, columns - begin);
        // A1 := A1 − L10 L10ᵀ with the columns of this group
        if (begin > group) {
          const right = Math.min(begin + BLOCK, stride);
          const columnsBefore = { buffer: lines, lines: depth, depth: begin - group };
          pending += this.addUpdate(recording, target, columnsBefore, begin, right);
        }
        // A11 := L11 with L11 L11ᵀ = A11
        recording.add(this.factorDiagonal, { matrix, pivots }, diagonal.workgroups(), {
          begin,
          size,
          stride,
        });
        if (begin + BLOCK >= rows) continue;
        // A21 := A21 L11⁻ᵀ
        recording.add(this.solvePanel, { matrix, panel: lines }, panel.workgroups(begin, rows, BLOCK), {
          begin,
          rows,
          stride,
          lines: depth,
          line: begin - group,
        });
        pending += (BLOCK ** 2 * (rows - begin)) / 2;
      }
      // A22 := A22 − L21 L21ᵀ
      for (let begin = end; begin < columns; begin += STRIP) {
        pending += this.addUpdate(
          recording,
          target,
          { buffer: lines, lines: depth, depth: end - group },
          begin,
          Math.min(begin + STRIP, stride),
        );
        if (pending < SUBMISSION) continue;
        await recording.submit();
        this.signal?.throwIfAborted();
        recording = new Recording(this.gpu);
        pending = 0;
      }
      if (pending < SUBMISSION / 4 && end < columns) continue;
      const { data } = await recording.read(pivots, 0, 4 * end).submit();
      yield new Float32Array(data[0]);
      recording = new Recording(this.gpu);
      pending = 0;
    }
  }

  private addUpdate(
    recording: Recording,
    { matrix, rows, width: stride }: DevicePanel,
    { buffer, lines, depth }: Lines,
    begin: number,
    end: number,
  ): number {
    const workgroups = this.variant.workgroups(begin, end, rows);
    const params = { begin, end, rows, stride, lines, depth };
    recording.add(this.updatePanel, { panel: buffer, matrix }, workgroups, params);
    return (rows - begin) * (end - begin) * depth;
  }
}
