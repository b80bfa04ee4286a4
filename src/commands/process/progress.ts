import cliProgress from 'cli-progress';
import type { Reporter } from '../../progress/reporter.js';
import { formatDuration } from '../../text/duration.js';

/** Time between two lines where no bar can be drawn. */
const LINE_INTERVAL_MS = 5000;

/**
 * Progress on stderr: a bar on a terminal, plain lines elsewhere, nothing when quiet. One phase at a time; beginning
 * the next one ends the last.
 */
export class Progress implements Reporter, Disposable {
  private bar: cliProgress.SingleBar | undefined;
  private name: string | undefined;
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

  /** It is printed also when quiet: a failure is not to be passed over. */
  hint(message: string): void {
    this.stream.write(`cntk: ${message}\n`);
  }

  phase(name: string): void {
    this.end();
    this.name = name;
    this.started = this.lastLine = performance.now();
    this.detail = '';
    if (this.quiet) return;
    if (!this.stream.isTTY) {
      this.note(`${name} …`);
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
    this.bar.start(1, 0, { phase: name, detail: '' });
    process.on('exit', this.removeBar);
  }

  /** @param fraction Of the phase, 0 … 1. @param detail Such as speed and time left. */
  update(fraction: number, detail = ''): void {
    this.detail = detail;
    this.bar?.update(fraction, { detail: ` | ${detail}` });
    const now = performance.now();
    if (this.quiet || this.bar || fraction >= 1 || now - this.lastLine < LINE_INTERVAL_MS) return;
    this.lastLine = now;
    this.note(`  ${(100 * fraction).toFixed(0)} % | ${detail}`);
  }

  /** Ends the phase: one line with its duration stays. */
  end(remark?: string): void {
    if (this.name === undefined) return;
    this.removeBar();
    const elapsed = formatDuration(performance.now() - this.started);
    const detail = remark ?? this.detail;
    this.note(`${this.name}: ${elapsed}${detail === '' ? '' : ` | ${detail}`}`);
    this.name = undefined;
  }

  /** Removes the bar of a phase that failed. */
  [Symbol.dispose](): void {
    this.removeBar();
    this.name = undefined;
  }

  /** Also gives the terminal its line wrapping back, whatever way the process ends. */
  private readonly removeBar = (): void => {
    this.bar?.stop();
    this.bar = undefined;
    process.off('exit', this.removeBar);
  };
}
