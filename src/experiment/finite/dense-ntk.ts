import type { Points } from './dense-network.js';

/**
 * The exact NTK of fully connected ReLU networks with all layers trained, in float64 (paper, section 3.1, equations
 * 6–9; c_σ = 2): Σ^0 = ⟨x, z⟩, and with the angle φ between the features,
 * Σ^h = |x| |z| (sin φ + (π − φ) cos φ) / π, Σ̇^h = (π − φ) / π, Θ^h = Σ̇^h Θ^{h−1} + Σ^h, Θ^0 = Σ^0.
 *
 * @returns [rows][columns]
 */
export function denseNtk(rows: Points, columns: Points, hiddenLayers: number): Float64Array {
  const ntk = new Float64Array(rows.count * columns.count);
  for (let i = 0; i < rows.count; i++) {
    for (let j = 0; j < columns.count; j++) {
      ntk[i * columns.count + j] = pairNtk(point(rows, i), point(columns, j), hiddenLayers);
    }
  }
  return ntk;
}

function pairNtk(x: Float64Array, z: Float64Array, hiddenLayers: number): number {
  // ReLU keeps the norms.
  const norms = Math.sqrt(inner(x, x) * inner(z, z));
  let sigma = inner(x, z);
  let theta = sigma;
  for (let h = 0; h < hiddenLayers; h++) {
    const cosine = Math.max(-1, Math.min(1, sigma / norms));
    const angle = Math.acos(cosine);
    sigma = (norms * (Math.sqrt(1 - cosine * cosine) + (Math.PI - angle) * cosine)) / Math.PI;
    theta = (theta * (Math.PI - angle)) / Math.PI + sigma;
  }
  return theta;
}

function point({ values, dimension }: Points, i: number): Float64Array {
  return values.subarray(i * dimension, (i + 1) * dimension);
}

function inner(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}
