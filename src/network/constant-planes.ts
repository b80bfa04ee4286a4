import type { NetworkGraph } from './graph.js';
import { axisWindow, type AxisWindow } from './window.js';

/** [positions][positions] along an axis: Σ(p, q) of an image that was constant, 1 on average where p = q. */
type AxisMatrix = readonly (readonly number[])[];

/**
 * What becomes of a constant image along both axes: zeros beyond the border take from Σ(p, q), the more the farther p is
 * from q, so that in deep networks p = q is left over.
 */
export interface PoolShares {
  /** [nodes]: what a linear operation multiplies the variance with, on average over positions. */
  readonly gains: readonly number[];
  /** [nodes]: the share of p = q in what a pooling sums up; 1 for what is none. */
  readonly pooled: readonly number[];
  /** The share of p = q in what the network sums up after its last activation on images. */
  readonly aligned: number;
}

/** What poolings leave of a network of one end. */
export function poolShares({ nodes, ends: [end] }: NetworkGraph): PoolShares {
  const pooled = nodes.map(() => 1);
  const axes: (readonly [rows: AxisMatrix, columns: AxisMatrix])[] = [];
  const gains = nodes.map(({ operation, inputs, height, width }, index) => {
    if (operation.kind === 'input') axes.push([ones(height), ones(width)]);
    else if (operation.kind === 'linear' && operation.window !== undefined) {
      const windows = windowsOf(operation.window, nodes[inputs[0]]);
      const sums = windows.map((window, axis) => windowSums(axes[inputs[0]][axis], window));
      const [rows, columns] = sums.map(meanVariance);
      if (!windows[0].coupled) pooled[index] = alignedShare(axes[inputs[0]], [windows]);
      axes.push([scaled(sums[0], 1 / rows), scaled(sums[1], 1 / columns)]);
      return operation.gain * rows * columns;
    } else
      axes.push(
        [0, 1].map((axis) => mean(inputs.map((input) => axes[input][axis]))) as [AxisMatrix, AxisMatrix],
      );
    return operation.kind === 'linear' ? operation.gain : 1;
  });

  // Only from the last activation on pooling sets elements of nearly equal patches against others.
  const read: AxisWindow[][] = [];
  let last = end;
  for (; nodes[last].inputs.length === 1; [last] = nodes[last].inputs) {
    const { operation, inputs } = nodes[last];
    const source = nodes[inputs[0]];
    if (operation.kind === 'activation' && source.height * source.width > 1) break;
    if (operation.kind === 'linear' && operation.window) read.unshift(windowsOf(operation.window, source));
  }
  return { gains, pooled, aligned: alignedShare(axes[last], read) };
}

/** The share of p = q in what some windows, one after the other, sum up. @param windows [operations][axes] */
function alignedShare(axes: readonly AxisMatrix[], windows: readonly (readonly AxisWindow[])[]): number {
  return axes.reduce((share, all, axis) => {
    const total = (matrix: AxisMatrix) =>
      meanVariance(windows.reduce((from, window) => windowSums(from, window[axis]), matrix));
    const diagonal = all.map((row, p) => row.map((value, q) => (p === q ? value : 0)));
    return (share * total(diagonal)) / total(all);
  }, 1);
}

function windowsOf(
  layer: Parameters<typeof axisWindow>[0],
  { height, width }: { height: number; width: number },
) {
  return [axisWindow(layer, height), axisWindow(layer, width)];
}

function windowSums(matrix: AxisMatrix, axis: AxisWindow): AxisMatrix {
  const windows = Array.from({ length: axis.outputs }, (_, position) => axis.window(position));
  if (axis.coupled)
    return windows.map((p) =>
      windows.map((q) => p.reduce((sum, at, k) => (at < 0 || q[k] < 0 ? sum : sum + matrix[at][q[k]]), 0)),
    );
  const sums = matrix.map((row) => windows.map((q) => q.reduce((sum, at) => sum + row[at], 0)));
  return windows.map((p) => windows.map((_, q) => p.reduce((sum, at) => sum + sums[at][q], 0)));
}

const ones = (length: number): AxisMatrix => Array.from({ length }, () => Array<number>(length).fill(1));

const meanVariance = (matrix: AxisMatrix) => matrix.reduce((sum, row, p) => sum + row[p], 0) / matrix.length;

const scaled = (matrix: AxisMatrix, by: number): AxisMatrix =>
  matrix.map((row) => row.map((value) => by * value));

/** The mean of matrices of one size. */
function mean(matrices: readonly AxisMatrix[]): AxisMatrix {
  if (matrices.length === 1) return matrices[0];
  return matrices[0].map((row, p) =>
    row.map((_, q) => matrices.reduce((sum, matrix) => sum + matrix[p][q], 0) / matrices.length),
  );
}
