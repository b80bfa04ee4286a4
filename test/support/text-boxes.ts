import { parseHTML } from 'linkedom';
import { fontWidths } from './font-widths.js';

/** Where a text of a figure stands on the sheet, pixels. */
export interface TextBox {
  readonly text: string;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

interface Element {
  readonly tagName: string;
  readonly textContent: string;
  readonly parentElement: Element | null;
  getAttribute(name: string): string | null;
  querySelectorAll(selector: string): Iterable<Element>;
  querySelector(selector: string): Element | null;
}

const regular = fontWidths('DejaVuSans.ttf');
const bold = fontWidths('DejaVuSans-Bold.ttf');
/** Of the letters, of the font's size: from the top of an A and of an l to the foot of a y. */
const [ASCENT, DESCENT] = [0.76, 0.24];

export function svgRoot(svg: string): Element {
  const { document } = parseHTML(`<!DOCTYPE html><html><body>${svg}</body></html>`) as { document: Element };
  return document.querySelector('svg')!;
}

/** The boxes of all texts, by the widths of the font. */
export function textBoxes(svg: string): TextBox[] {
  return Array.from(svgRoot(svg).querySelectorAll('text'), boxOf);
}

function boxOf(element: Element): TextBox {
  const text = element.textContent;
  const size = Number(inherited(element, 'font-size'));
  const widths = inherited(element, 'font-weight') === 'bold' ? bold : regular;
  const width = size * Array.from(text).reduce((sum, character) => sum + widths(character), 0);
  const anchor = inherited(element, 'text-anchor') ?? 'start';
  const left = length(element, 'x', size) - { start: 0, middle: width / 2, end: width }[anchor as 'start'];
  const baseline = length(element, 'y', size);
  const corners = [left, left + width].flatMap((x) =>
    [baseline - ASCENT * size, baseline + DESCENT * size].map((y) => onSheet(element, [x, y])),
  );
  const [xs, ys] = [corners.map(([x]) => x), corners.map(([, y]) => y)];
  return {
    text,
    left: Math.min(...xs),
    right: Math.max(...xs),
    top: Math.min(...ys),
    bottom: Math.max(...ys),
  };
}

function inherited(element: Element | null, name: string): string | null {
  for (let each = element; each; each = each.parentElement) {
    const value = each.getAttribute(name);
    if (value !== null) return value;
  }
  return null;
}

/** In pixels or in sizes of the font. */
function length(element: Element, name: string, size: number): number {
  const value = element.getAttribute(name) ?? '0';
  return value.endsWith('em') ? Number(value.slice(0, -2)) * size : Number(value);
}

function onSheet(element: Element, point: [number, number]): [number, number] {
  let [x, y] = point;
  for (let each: Element | null = element; each; each = each.parentElement) {
    for (const step of [...(each.getAttribute('transform') ?? '').matchAll(/(\w+)\(([^)]*)\)/g)].reverse()) {
      const [a, b = 0, c = 0] = step[2].split(/[ ,]+/).map(Number);
      if (step[1] === 'translate') [x, y] = [x + a, y + b];
      else if (step[1] === 'rotate') {
        const [cos, sin] = [Math.cos((a * Math.PI) / 180), Math.sin((a * Math.PI) / 180)];
        [x, y] = [b + cos * (x - b) - sin * (y - c), c + sin * (x - b) + cos * (y - c)];
      } else throw new Error(`unknown transform ${step[0]}`);
    }
  }
  return [x, y];
}

/** Texts that overlap or leave the sheet, one line each. */
export function textFaults(svg: string): string[] {
  const root = svgRoot(svg);
  const [width, height] = ['width', 'height'].map((name) => Number(root.getAttribute(name)));
  const boxes = textBoxes(svg);
  const faults = boxes
    // Written so that a place that is no number is a fault.
    .filter(({ left, right, top, bottom }) => !(left >= 0 && right <= width && top >= 0 && bottom <= height))
    .map(({ text }) => `"${text}" leaves the sheet`);
  for (const [i, a] of boxes.entries()) {
    for (const b of boxes.slice(0, i)) {
      const apart = a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
      if (!apart) faults.push(`"${a.text}" overlaps "${b.text}"`);
    }
  }
  return faults;
}
