import * as Plot from '@observablehq/plot';
import { axisMarks, makeAxis, plotScale } from '../figures/axes.js';
import { plotDocument } from '../figures/plot-document.js';
import type { BenchResults } from './bench.js';
import type { Ceilings } from './cost.js';
import type { BenchResult } from './measure.js';
import { placeLabels } from './place-labels.js';

const FIGURE = { width: 960, height: 560 };
const MARGIN = { left: 64, right: 24, top: 32, bottom: 48 };
const INSIDE = {
  left: MARGIN.left,
  right: FIGURE.width - MARGIN.right,
  top: MARGIN.top,
  bottom: FIGURE.height - MARGIN.bottom,
};

/** A run of which no roofline can be drawn. */
export class RooflineError extends Error {
  override readonly name = 'RooflineError';
}

interface Dot {
  readonly name: string;
  /** Flop per byte of global memory. */
  readonly intensity: number;
  readonly gflops: number;
}

/**
 * The roofline of an adapter (Williams, Waterman and Patterson 2009): each shader's flop/s over its flops per byte
 * that must go through global memory, below the roof of measured bandwidth and measured multiply-adds.
 *
 * @returns an SVG document
 * @throws RooflineError if the run has no ceilings, or no case with a cost in both flops and bytes.
 */
export function rooflineSvg({ ceilings, results }: BenchResults, device: string): string {
  const { gflops: peak, gbytes } = roof(ceilings);
  const dots = results.flatMap(dotOf);
  if (dots.length === 0)
    throw new RooflineError(
      'no roofline: no case of this run has a cost in both flops and bytes; choose others with --only',
    );
  const knee = peak / gbytes;
  const xs = [...dots.map(({ intensity }) => intensity), knee];
  const ys = [...dots.map(({ gflops }) => gflops), peak];
  const x = makeAxis('log', [Math.min(...xs) / 3, Math.max(...xs) * 3], {
    from: INSIDE.left,
    to: INSIDE.right,
  });
  const y = makeAxis('log', [Math.min(...ys) / 3, peak * 2], { from: INSIDE.bottom, to: INSIDE.top });
  const roofLine = [x.domain[0], knee, x.domain[1]].map((intensity) => ({
    intensity,
    gflops: Math.min(peak, intensity * gbytes),
  }));
  const places = placeLabels(
    dots.map(({ name, intensity, gflops }) => ({ x: x.at(intensity), y: y.at(gflops), label: name })),
    INSIDE,
  );
  return plotDocument({
    ...FIGURE,
    marginLeft: MARGIN.left,
    marginRight: MARGIN.right,
    marginTop: MARGIN.top,
    marginBottom: MARGIN.bottom,
    style: { background: 'white', fontFamily: 'sans-serif', fontSize: '11px' },
    x: plotScale(x),
    y: plotScale(y),
    marks: [
      ...axisMarks(x, y, { fontSize: 11, xLabel: 'flop per byte of global memory', yLabel: 'GFLOP/s' }),
      Plot.line(roofLine, { x: 'intensity', y: 'gflops', stroke: '#888', strokeWidth: 2, clip: true }),
      Plot.text(
        [
          `${device}: multiply-adds ${peak.toPrecision(3)} GFLOP/s, global memory ${gbytes.toPrecision(3)} GB/s`,
        ],
        { frameAnchor: 'top-right', dy: -14, fill: '#555' },
      ),
      Plot.dot(dots, { x: 'intensity', y: 'gflops', fill: '#1f6feb', r: 4 }),
      ...dots.map((dot, i) =>
        Plot.text([dot], {
          x: 'intensity',
          y: 'gflops',
          text: 'name',
          dx: places[i].dx,
          dy: places[i].dy,
          textAnchor: places[i].anchor,
        }),
      ),
    ],
  });
}

function roof({ arithmetic, 'global memory': memory }: Ceilings): { gflops: number; gbytes: number } {
  if (arithmetic === undefined || memory === undefined)
    throw new RooflineError(
      'no roofline: the ceilings of multiply-adds and of global memory were not measured',
    );
  return { gflops: arithmetic.max / 1e9, gbytes: memory.max / 1e9 };
}

function dotOf({ name, median, cost }: BenchResult): Dot[] {
  const flops = cost?.arithmetic;
  const bytes = cost?.['global memory'];
  if (flops === undefined || bytes === undefined) return [];
  return [{ name, intensity: flops / bytes, gflops: (median * flops) / 1e9 }];
}
