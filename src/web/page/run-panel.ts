import { formatDuration } from '../../text/duration.js';
import { formatRoughSize } from '../../text/sizes.js';
import type { FromWorker, RunEstimate, WorkProgress } from '../protocol.js';
import { byId } from './dom.js';
import { grouped } from './grouped.js';

const PHASES: Readonly<Record<WorkProgress['phase'], string>> = {
  train: 'training kernel',
  test: 'test kernel',
  solve: 'regression',
};

/** Without a graphics card this is long for a try. */
const LONG_SECONDS = 30;
/** A screen reader is told of the progress so often, in parts of the whole. */
const ANNOUNCED = 0.25;

/** The button that starts a run, what it will take, and how far it is. */
export class RunPanel {
  private readonly run = byId('run', HTMLButtonElement);
  private readonly cancel = byId('cancel', HTMLButtonElement);
  private readonly working = byId('working', HTMLElement);
  private readonly bar = byId('progress', HTMLProgressElement);
  private readonly text = byId('progress-text', HTMLElement);
  private readonly announcer = byId('announcer', HTMLElement);
  private announced = 0;
  private running = false;
  private possible = false;

  constructor(actions: { readonly run: () => void; readonly cancel: () => void }) {
    byId('setup', HTMLFormElement).addEventListener('submit', (event) => {
      event.preventDefault();
      if (this.possible && !this.running) actions.run();
    });
    this.cancel.addEventListener('click', actions.cancel);
  }

  /** Whether there is a device, and a network and images that fit each other. */
  set canRun(possible: boolean) {
    this.possible = possible;
    this.run.disabled = !possible || this.running;
  }

  estimate(estimate: RunEstimate | undefined, isSoftware: boolean): void {
    const line = byId('estimate', HTMLElement);
    if (estimate === undefined) {
      line.textContent = this.running
        ? 'What these settings take is measured when the run has ended.'
        : 'Measuring what it takes…';
      return;
    }
    const { pairs, elementLayersPerPair, seconds, hostBytes, deviceBytes } = estimate;
    const memory = deviceBytes === undefined ? hostBytes : deviceBytes + hostBytes;
    const time = seconds < 1 ? 'a second' : formatDuration(1000 * seconds);
    const facts = [
      `${grouped(pairs)} pairs of images`,
      `${count(pairs * elementLayersPerPair)} element-layers`,
      `${formatRoughSize(memory)} of memory`,
    ];
    const advice = isSoftware && seconds > LONG_SECONDS ? ' CNTK-V, or fewer images, take less.' : '';
    line.textContent = `About ${time}${isSoftware ? ' without a graphics card' : ''}: ${facts.join(', ')}.${advice}`;
  }

  start(): void {
    this.running = true;
    this.announced = 0;
    this.bar.value = 0;
    this.text.textContent = 'starting …';
    this.working.hidden = false;
    this.cancel.hidden = false;
    this.canRun = this.possible;
    this.say('The run has started.');
  }

  progress({ phase, share, elementLayersPerSecond, secondsLeft }: WorkProgress): void {
    // What was on its way when the run ended is no news.
    if (!this.running) return;
    this.bar.value = share;
    const left = secondsLeft === undefined ? '' : ` · ${formatDuration(1000 * secondsLeft)} left`;
    const rate = elementLayersPerSecond > 0 ? ` · ${count(elementLayersPerSecond)} element-layers/s` : '';
    this.text.textContent = `${Math.floor(100 * share)} % · ${PHASES[phase]}${rate}${left}`;
    if (share < this.announced + ANNOUNCED) return;
    this.announced = share;
    this.say(`${Math.floor(100 * share)} percent${left.replace(' · ', ', ')}`);
  }

  /** The run has ended. @param summary What it has found, for those who hear of it. */
  end(message: Extract<FromWorker, { kind: 'done' | 'cancelled' | 'failed' }>, summary: string): void {
    this.running = false;
    this.cancel.hidden = true;
    this.canRun = this.possible;
    if (message.kind === 'done') {
      this.bar.value = 1;
      const rate = message.elementLayersPerSecond;
      this.text.textContent = `Done in ${formatDuration(1000 * message.seconds)} · ${count(rate)} element-layers/s`;
    } else this.text.textContent = message.kind === 'cancelled' ? 'Cancelled.' : 'Ended by the error above.';
    this.say(message.kind === 'done' ? `${this.text.textContent}. ${summary}` : this.text.textContent);
    if (document.activeElement === this.cancel || document.activeElement === document.body) this.run.focus();
  }

  say(text: string): void {
    this.announcer.textContent = text;
  }
}

/** `1.2 million`, `3.4 billion` */
function count(value: number): string {
  for (const [size, name] of [
    [1e12, 'trillion'],
    [1e9, 'billion'],
    [1e6, 'million'],
  ] as const) {
    if (value >= size) return `${(value / size).toPrecision(3)} ${name}`;
  }
  return grouped(value);
}
