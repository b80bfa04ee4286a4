import type { RunImages, Speech } from '../protocol.js';
import { byId, element } from './dom.js';
import { beforeFrame } from './frames.js';
import { showVoices, voiceList } from './voices.js';

/** The drawing is handed on in so many pixels along a side. */
const SIDE = 64;
/** The width of a stroke, in parts of the pad's side. */
const PEN = 5.2 / 32;
/** The pen moves so far at a press of an arrow, in parts of the pad's side. */
const STEP = 1 / 16;

/** Classes that are named of a drawing. */
const MOST_GUESSES = 5;

/** Where a pointer was since the last event; Safari before 18.2 does not tell. */
function coalescedEvents(event: PointerEvent): readonly PointerEvent[] {
  const { getCoalescedEvents } = event as { readonly getCoalescedEvents?: () => PointerEvent[] };
  return getCoalescedEvents?.call(event) ?? [];
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** A pad to draw on, with pointer or keyboard, and what the network takes the drawing for. */
export class PadCard {
  private readonly card = byId('draw-card', HTMLElement);
  private readonly pad = byId('pad', HTMLCanvasElement);
  private readonly drawn = byId('drawn', HTMLElement);
  private readonly voices = voiceList();
  private opened: CanvasRenderingContext2D | undefined;
  /** The strokes; the cursor of the keyboard is drawn over them. */
  private strokes: Point[][] = [];
  private cursor: Point = { x: 0.5, y: 0.25 };
  private isDown = false;
  private pointer: number | undefined;
  private images: RunImages | undefined;
  /** The number of the drawing: it grows with every change. */
  private drawing = 0;
  /** Answers to drawings before this one are of what is no longer there. */
  private first = 0;
  private readonly draw = beforeFrame(() => this.ask());

  /** @param changed Called with the ink, [SIDE][SIDE], and the number of the drawing, when it has changed. */
  constructor(private readonly changed: (ink: Float32Array, drawing: number) => void) {
    this.pad.addEventListener('pointerdown', (event) => {
      this.pointer = event.pointerId;
      this.pad.setPointerCapture(event.pointerId);
      this.strokes.push([]);
      this.add(this.pointOf(event));
    });
    this.pad.addEventListener('pointermove', (event) => {
      if (event.pointerId !== this.pointer) return;
      const events = coalescedEvents(event);
      for (const each of events.length > 0 ? events : [event]) this.strokes.at(-1)!.push(this.pointOf(each));
      this.update();
    });
    for (const end of ['pointerup', 'pointercancel'])
      this.pad.addEventListener(end, () => (this.pointer = undefined));
    this.pad.addEventListener('keydown', (event) => this.onKey(event));
    this.pad.addEventListener('focus', () => this.paint());
    this.pad.addEventListener('blur', () => this.paint());
    byId('clear-pad', HTMLButtonElement).addEventListener('click', () => this.clear());
  }

  start(images: RunImages): void {
    this.images = images;
    this.card.hidden = true;
    this.stopWaiting();
  }

  /** There is a model to ask, or another one than before. */
  open(): void {
    this.card.hidden = !this.images!.canDraw;
    if (this.images!.canDraw && this.strokes.length > 0) this.update();
  }

  /** No answer is waited for, and those that come are of no interest. */
  stopWaiting(): void {
    this.first = ++this.drawing;
    this.setBusy(false);
  }

  /** What was found of a drawing. A screen reader waits until that is the latest one. */
  async answer(drawing: number, speech: Speech | undefined, elapsedMs: number): Promise<void> {
    if (drawing < this.first) return;
    if (speech !== undefined) await this.show(speech, elapsedMs);
    if (drawing === this.drawing) this.setBusy(false);
  }

  private setBusy(busy: boolean): void {
    this.drawn.setAttribute('aria-busy', String(busy));
  }

  private async show(speech: Speech, elapsedMs: number): Promise<void> {
    const name = this.images!.classNames[speech.predicted];
    const head = element(
      'div',
      { class: 'verdict' },
      element('strong', {}, `This is ${name}.`),
      element(
        'span',
        { class: 'hint' },
        `${this.images!.train.count} kernel values in ${elapsedMs.toFixed(0)} ms`,
      ),
    );
    if (this.voices.parentElement === null) this.drawn.replaceChildren(head, this.voices);
    else this.drawn.firstElementChild!.replaceWith(head);
    await showVoices(this.voices, speech, this.images!, MOST_GUESSES);
  }

  private clear(): void {
    this.strokes = [];
    this.isDown = false;
    this.stopWaiting();
    this.drawn.replaceChildren(
      element('p', { class: 'hint' }, 'Draw a digit: it is classified as you draw.'),
    );
    this.paint();
  }

  private pointOf({ clientX, clientY }: PointerEvent): Point {
    const { left, top, width, height } = this.pad.getBoundingClientRect();
    return { x: (clientX - left) / width, y: (clientY - top) / height };
  }

  private add(point: Point): void {
    this.strokes.at(-1)!.push(point);
    this.update();
  }

  private update(): void {
    this.drawing++;
    this.setBusy(true);
    this.draw();
  }

  private ask(): void {
    // It may have been cleared meanwhile.
    if (this.strokes.length > 0) this.changed(this.ink(), this.drawing);
    this.paint();
  }

  /** Most pages never have a drawing, and no context for one. */
  private get context(): CanvasRenderingContext2D {
    this.opened ??= this.pad.getContext('2d', { willReadFrequently: true })!;
    return this.opened;
  }

  private onKey(event: KeyboardEvent): void {
    const moves: Partial<Record<string, readonly [number, number]>> = {
      ArrowLeft: [-STEP, 0],
      ArrowRight: [STEP, 0],
      ArrowUp: [0, -STEP],
      ArrowDown: [0, STEP],
    };
    const move = moves[event.key];
    if (move !== undefined) {
      const within = (value: number) => Math.min(1 - STEP, Math.max(STEP, value));
      this.cursor = { x: within(this.cursor.x + move[0]), y: within(this.cursor.y + move[1]) };
      if (this.isDown) this.add(this.cursor);
      else this.paint();
    } else if (event.key === ' ') {
      this.isDown = !this.isDown;
      if (this.isDown) {
        this.strokes.push([]);
        this.add(this.cursor);
      } else this.paint();
    } else if (event.key === 'Delete' || event.key === 'Backspace') this.clear();
    else return;
    event.preventDefault();
  }

  /** The strokes alone, and what they cover. */
  private ink(): Float32Array {
    this.paintStrokes();
    const { width } = this.pad;
    const { data } = this.context.getImageData(0, 0, width, width);
    const ink = new Float32Array(SIDE * SIDE);
    const block = width / SIDE;
    for (let y = 0; y < width; y++)
      for (let x = 0; x < width; x++)
        ink[Math.floor(y / block) * SIDE + Math.floor(x / block)] += data[4 * (y * width + x)];
    return ink.map((sum) => sum / (255 * block * block));
  }

  private paint(): void {
    this.paintStrokes();
    if (document.activeElement !== this.pad || !this.pad.matches(':focus-visible')) return;
    const { context, cursor } = this;
    const { width } = this.pad;
    context.strokeStyle = this.isDown ? '#ffd166' : '#8fb4ff';
    context.lineWidth = 3;
    context.beginPath();
    context.arc(cursor.x * width, cursor.y * width, (PEN * width) / 2, 0, 2 * Math.PI);
    context.stroke();
  }

  private paintStrokes(): void {
    const { context } = this;
    const { width } = this.pad;
    context.fillStyle = '#000';
    context.fillRect(0, 0, width, width);
    context.strokeStyle = '#fff';
    context.lineWidth = PEN * width;
    context.lineCap = context.lineJoin = 'round';
    for (const stroke of this.strokes) {
      context.beginPath();
      const [first] = stroke;
      context.moveTo(first.x * width, first.y * width);
      for (const { x, y } of stroke) context.lineTo(x * width + 0.01, y * width);
      context.stroke();
    }
  }
}
