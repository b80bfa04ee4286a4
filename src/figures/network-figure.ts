import { layerText } from '../network/layer-text.js';
import type { Layer } from '../network/layers.js';
import type { Network } from '../network/network.js';
import { shapeText, type ChainShapes, type ImageSize } from '../network/shapes.js';
import { sheet, TEXT_SIZE, textLines, titleLines } from './document.js';
import { tag } from './markup.js';
import { repeats } from './repeats.js';
import { textWidth } from './text.js';

// A chain of layers from top to bottom, branches of a residual side by side. A part knows its size and draws itself, its
// line of flow entering and leaving at `axis`, a distance from its left edge.

interface Part {
  readonly width: number;
  readonly height: number;
  readonly axis: number;
  /** It begins with a line: no arrow points at it. */
  readonly isOpen?: boolean;
  /** Markup with the upper left corner at (x, y). */
  draw(x: number, y: number): string;
}

const BOX = { height: 26, padding: 12, least: 96, radius: 5 };
const GAP = 16;
const BESIDE = 28;
const MARGIN = 24;
const SMALL = 11;
const LINE = '#666';
const FAINT = '#777';

const COLOURS: Readonly<Record<string, readonly [fill: string, line: string]>> = {
  conv: ['#dbe8f8', '#4a78b5'],
  dense: ['#e8def4', '#7f5bab'],
  relu: ['#fdebd3', '#c98331'],
  erf: ['#fdebd3', '#c98331'],
  gaussian: ['#fdebd3', '#c98331'],
  identity: ['#f1f1f1', '#999'],
  avgpool: ['#dcefdc', '#4f9450'],
  lap: ['#dcefdc', '#4f9450'],
  gap: ['#dcefdc', '#4f9450'],
  flatten: ['#eeeeee', '#777'],
};

/** A network for images of one size as an SVG document that stands alone. @param title Of the figure. */
export function networkSvg(title: string, network: Network, image: ImageSize): string {
  const shapes = network.shapes(image);
  const chain = chainPart(network.layers, shapes);
  const body = column([label(shapeText(shapes.shapes[0])), chain, label('NTK, NNGP')]);
  const heading = titleLines([title], { x: MARGIN, y: MARGIN });
  const width = 2 * MARGIN + Math.max(body.width, textWidth(title, 16, true));
  const y = MARGIN + heading.height + 12;
  const x = MARGIN + (width - 2 * MARGIN - body.width) / 2;
  return sheet(title, width, y + body.height + MARGIN, heading.markup + body.draw(x, y));
}

/** Layers one below the other; what is repeated without a change of shape stands once, with its number. */
function chainPart(layers: readonly Layer[], chain: ChainShapes): Part {
  const items = layers.map((layer, index) => ({
    key: JSON.stringify([layer, shapeText(chain.shapes[index]), shapeText(chain.shapes[index + 1])]),
    size: layerCount(layer),
  }));
  const parts = repeats(items).map(({ first, length, times }) => {
    const inner = Array.from({ length }, (_, k) => layerPart(first + k));
    return times === 1 ? inner[0] : repeated(column(inner), times);
  });
  return column(parts);

  function layerPart(index: number): Part {
    const layer = layers[index];
    const [before, after] = [shapeText(chain.shapes[index]), shapeText(chain.shapes[index + 1])];
    const drawn =
      layer.layer === 'residual'
        ? branches(layer.branches.map((branch, b) => chainPart(branch, chain.branches[index]![b])))
        : box(layerText(layer), COLOURS[layer.layer]);
    return before === after || layer.layer === 'residual' ? drawn : withShape(drawn, after);
  }
}

function layerCount(layer: Layer): number {
  if (layer.layer !== 'residual') return 1;
  return layer.branches.flat().reduce((sum, inner) => sum + layerCount(inner), 1);
}

function box(text: string, [fill, stroke]: readonly [string, string]): Part {
  const width = Math.max(BOX.least, textWidth(text, TEXT_SIZE) + 2 * BOX.padding);
  const { height, radius: rx } = BOX;
  return {
    ...{ width, height, axis: width / 2 },
    draw: (x, y) =>
      tag('rect', { x, y, width, height, rx, fill, stroke, 'stroke-width': 1.2 }) +
      textLines([text], { x: x + width / 2, y: y + height / 2, anchor: 'middle' }),
  };
}

function label(text: string): Part {
  const width = textWidth(text, TEXT_SIZE, true);
  const height = 20;
  const style = { anchor: 'middle', bold: true } as const;
  return {
    ...{ width, height, axis: width / 2 },
    draw: (x, y) => textLines([text], { x: x + width / 2, y: y + height / 2, ...style }),
  };
}

/** The shape that leaves a layer, beside the line below it. */
function withShape(part: Part, shape: string): Part {
  const reach = part.axis + 7 + textWidth(shape, SMALL);
  const below = 18;
  return {
    width: Math.max(part.width, reach),
    height: part.height + below,
    axis: part.axis,
    draw(x, y) {
      const [at, bottom] = [x + part.axis, y + part.height];
      return (
        part.draw(x, y) +
        line(at, bottom, at, bottom + below) +
        textLines([shape], { x: at + 7, y: bottom + below / 2 + 1, size: SMALL, colour: FAINT })
      );
    },
  };
}

/** Parts on one line of flow, with arrows between them. */
function column(parts: readonly Part[]): Part {
  if (parts.length === 0) return { width: 2, height: 0, axis: 1, draw: () => '' };
  const axis = Math.max(...parts.map((part) => part.axis));
  const width = axis + Math.max(...parts.map((part) => part.width - part.axis));
  const height = parts.reduce((sum, part) => sum + part.height, GAP * (parts.length - 1));
  return {
    ...{ width, height, axis, isOpen: parts[0].isOpen },
    draw(x, y) {
      let [markup, top] = ['', y];
      for (const [index, part] of parts.entries()) {
        if (index > 0) {
          markup += flow(x + axis, top, top + GAP, part);
          top += GAP;
        }
        markup += part.draw(x + axis - part.axis, top);
        top += part.height;
      }
      return markup;
    },
  };
}

/** A frame round what is repeated. */
function repeated(inner: Part, times: number): Part {
  const text = `× ${times}`;
  const pad = 10;
  const width = inner.width + 2 * pad;
  const height = inner.height + 2 * GAP;
  const side = 8 + textWidth(text, TEXT_SIZE, true);
  return {
    ...{ width: width + side, height, axis: inner.axis + pad, isOpen: true },
    draw(x, y) {
      const at = x + pad + inner.axis;
      const frame = { fill: 'none', stroke: '#aaa', 'stroke-dasharray': '4 3', rx: 8 };
      return (
        tag('rect', { x, y, width, height, ...frame }) +
        flow(at, y, y + GAP, inner) +
        inner.draw(x + pad, y + GAP) +
        line(at, y + height - GAP, at, y + height) +
        textLines([text], { x: x + width + 8, y: y + height / 2, bold: true })
      );
    },
  };
}

/** Branches side by side, from one line and to one sum. */
function branches(parts: readonly Part[]): Part {
  const [head, foot, sum] = [14, 16, 9];
  const inner = Math.max(24, ...parts.map((part) => part.height));
  const starts = parts.map((_, b) =>
    parts.slice(0, b).reduce((x, part) => x + Math.max(24, part.width) + BESIDE, 0),
  );
  const axes = parts.map((part, b) => starts[b] + Math.max(0, 24 - part.width) / 2 + part.axis);
  const width = starts.at(-1)! + Math.max(24, parts.at(-1)!.width);
  const axis = (axes[0] + axes.at(-1)!) / 2;
  const height = head + GAP + inner + foot + 2 * sum;
  return {
    ...{ width, height, axis, isOpen: true },
    draw(x, y) {
      const [top, bottom] = [y + head, y + head + GAP + inner];
      const centre = bottom + foot + sum;
      let markup = line(x + axis, y, x + axis, top);
      markup += line(x + axes[0], top, x + axes.at(-1)!, top);
      for (const [b, part] of parts.entries()) {
        const at = x + axes[b];
        const end = top + GAP + part.height;
        markup += part.height > 0 ? flow(at, top, top + GAP, part) : line(at, top, at, end);
        markup += part.draw(at - part.axis, top + GAP);
        markup += line(at, end, at, bottom + foot / 2);
      }
      markup += line(x + axes[0], bottom + foot / 2, x + axes.at(-1)!, bottom + foot / 2);
      markup += line(x + axis, bottom + foot / 2, x + axis, centre - sum);
      markup += tag('circle', {
        cx: x + axis,
        cy: centre,
        r: sum,
        fill: 'white',
        stroke: LINE,
        'stroke-width': 1.2,
      });
      const half = 4.5;
      return (
        markup +
        line(x + axis - half, centre, x + axis + half, centre) +
        line(x + axis, centre - half, x + axis, centre + half)
      );
    },
  };
}

function line(x1: number, y1: number, x2: number, y2: number): string {
  return tag('line', { x1, y1, x2, y2, stroke: LINE, 'stroke-width': 1.2, 'stroke-linecap': 'round' });
}

/** The line of flow down to a part. */
function flow(x: number, from: number, to: number, { isOpen }: Part): string {
  return isOpen ? line(x, from, x, to) : arrow(x, from, to);
}

function arrow(x: number, from: number, to: number): string {
  const head = `M${round(x - 3.5)},${round(to - 6)} L${round(x)},${round(to)} L${round(x + 3.5)},${round(to - 6)} Z`;
  return line(x, from, x, to - 5) + tag('path', { d: head, fill: LINE });
}

function round(value: number): number {
  return Number(value.toFixed(2));
}
