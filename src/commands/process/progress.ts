import cliProgress from 'cli-progress';
import type { GramProgress } from '../../kernel/gram.js';
import type { SolveProgress } from '../../regression/ridge.js';
import { formatDuration, formatTimeLeft } from '../../text/duration.js';

/** Time between two lines where no bar can be drawn. */
const LINE_INTERVAL_MS = 5000;

/**
 * Progress on stderr: a bar on a terminal, plain lines elsewhere, nothing when quiet. One phase at a time; beginning
 * the next one ends the last.
 */
export class Progress implements Disposable {
  private bar: cliProgress.SingleBar | undefined;
  private phase: string | undefined;
  private started = 0;
  private lastLine = 0;
  private detail = '';
  /** What `warn` has said, in its order. */
  readonly warnings: string[] = [];

  constructor(
    private readonly quiet: boolean,
    private readonly stream: NodeJS.WriteStream = process.stderr,
  ) {}

  /** A message that stays on the screen. */
  note(message: string): void {
    if (!this.quiet) this.stream.write(`${message}\n`);
  }

  /** A message about the result: it is printed also when quiet, and belongs into the report (`warnings`). */
  warn(message: string): void {
    this.warnings.push(message);
    this.stream.write(`cntk: warning: ${message}\n`);
  }

  begin(phase: string): void {
    this.end();
    this.phase = phase;
    this.started = this.lastLine = performance.now();
    this.detail = '';
    if (this.quiet) return;
    if (!this.stream.isTTY) {
      this.note(`${phase} …`);
      return;
    }
    this.bar = new cliProgress.SingleBar({
      stream: this.stream,
      format: '{phase} [{bar}] {percentage} %{detail}',
      barsize: 24,
      clearOnComplete: true,
      hideCursor: null,
      // The command ends the run on Ctrl-C, and the bar with it.
      gracefulExit: false,
    });
    this.bar.start(1, 0, { phase, detail: '' });
    process.on('exit', this.removeBar);
  }

  /** @param fraction Of the phase, 0 … 1. @param detail Such as speed and time left. */
  update(fraction: number, detail: string): void {
    this.detail = detail;
    this.bar?.update(fraction, { detail: ` | ${detail}` });
    const now = performance.now();
    if (this.quiet || this.bar || fraction >= 1 || now - this.lastLine < LINE_INTERVAL_MS) return;
    this.lastLine = now;
    this.note(`  ${(100 * fraction).toFixed(0)} % | ${detail}`);
  }

  updateKernel(progress: GramProgress): void {
    this.update(progress.done / progress.total, kernelDetail(progress));
  }

  updateSolve(progress: SolveProgress): void {
    if (progress.phase === 'factor') this.update(progress.fraction, this.factorDetail(progress.fraction));
    else
      this.update(
        1,
        `refinement ${progress.iteration}, relative residual ${progress.relativeResidual.toExponential(1)}`,
      );
  }

  private factorDetail(fraction: number): string {
    const elapsedMs = performance.now() - this.started;
    if (!(fraction > 0 && fraction < 1 && elapsedMs > 2000)) return 'factorisation';
    return `factorisation | ${formatTimeLeft(fraction, elapsedMs)}`;
  }

  /** Ends the phase: one line with its duration stays. @param summary What to say instead of the last detail. */
  end(summary?: string): void {
    if (this.phase === undefined) return;
    this.removeBar();
    const elapsed = formatDuration(performance.now() - this.started);
    const detail = summary ?? this.detail;
    this.note(`${this.phase}: ${elapsed}${detail === '' ? '' : ` | ${detail}`}`);
    this.phase = undefined;
  }

  /** Removes the bar of a phase that failed. */
  [Symbol.dispose](): void {
    this.removeBar();
    this.phase = undefined;
  }

  /** Also gives the terminal its line wrapping back, whatever way the process ends. */
  private readonly removeBar = (): void => {
    this.bar?.stop();
    this.bar = undefined;
    process.off('exit', this.removeBar);
  };
}

function kernelDetail({ done, total, elapsedMs }: GramProgress): string {
  const rate = formatRate(done, elapsedMs);
  return done < total ? `${rate} | ${formatDuration((elapsedMs / done) * (total - done))} left` : rate;
}

/** `0.131 G element-layers/s` */
export function formatRate(elementLayers: number, elapsedMs: number): string {
  return `${(elementLayers / elapsedMs / 1e6).toPrecision(3)} G element-layers/s`;
}
