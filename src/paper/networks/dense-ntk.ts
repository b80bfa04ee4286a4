import { breather } from '../../signals/breather.js';
import type { Points } from './dense-network.js';

const { acos, max, min, sqrt, PI } = Math;

/**
 * The exact NTK of fully connected ReLU networks with all layers trained, in float64 (paper, section 3.1, equations
 * 6–9; c_σ = 2): Σ^0 = ⟨x, z⟩, and with the angle φ between the features,
 * Σ^h = |x| |z| (sin φ + (π − φ) cos φ) / π, Σ̇^h = (π − φ) / π, Θ^h = Σ̇^h Θ^{h−1} + Σ^h, Θ^0 = Σ^0.
 *
 * @returns [rows][columns]
 */
export function denseNtk(rows: Points, columns: Points, hiddenLayers: number): Float64Array {
  const ntk = new Float64Array(rows.count * columns.count);
  const rowsInTurn = denseNtkRows(rows, columns, hiddenLayers, ntk);
  while (rowsInTurn.next().done !== true);
  return ntk;
}

/** `denseNtk` in turns, so that an interrupt is heard. @throws the signal's reason */
export async function denseNtkInTurns(
  points: Points,
  hiddenLayers: number,
  signal: AbortSignal | undefined,
): Promise<Float64Array> {
  const ntk = new Float64Array(points.count ** 2);
  const breathe = breather(signal);
  const rowsInTurn = denseNtkRows(points, points, hiddenLayers, ntk);
  while (rowsInTurn.next().done !== true) await breathe();
  return ntk;
}

/** Fills `ntk` [rows][columns], a row per turn. */
function* denseNtkRows(
  rows: Points,
  columns: Points,
  hiddenLayers: number,
  ntk: Float64Array,
): Generator<void, void> {
  const squares = Array.from({ length: columns.count }, (_, j) =>
    inner(point(columns, j), point(columns, j)),
  );
  for (let i = 0; i < rows.count; i++) {
    const x = point(rows, i);
    const square = inner(x, x);
    for (let j = 0; j < columns.count; j++) {
      // ReLU keeps the norms.
      const norms = sqrt(square * squares[j]);
      ntk[i * columns.count + j] = pairNtk(inner(x, point(columns, j)), norms, hiddenLayers);
    }
    yield;
  }
}

function pairNtk(product: number, norms: number, hiddenLayers: number): number {
  let sigma = product;
  let theta = sigma;
  for (let h = 0; h < hiddenLayers; h++) {
    const cosine = max(-1, min(1, sigma / norms));
    const angle = acos(cosine);
    sigma = (norms * (sqrt(1 - cosine * cosine) + (PI - angle) * cosine)) / PI;
    theta = (theta * (PI - angle)) / PI + sigma;
  }
  return theta;
}

function point({ values, dimension }: Points, i: number): Float64Array {
  return values.subarray(i * dimension, (i + 1) * dimension);
}

function inner(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
