import type { Layer } from '../../network/layers.js';

export interface FiniteActivation {
  readonly value: (x: number) => number;
  readonly slope: (x: number) => number;
}

/**
 * An activation with the factor that lets relu keep the second moment. The normalised Gaussian has none: its kernel is
 * that of no function of a single number that could be written down.
 */
export function finiteActivation(layer: Layer): FiniteActivation | undefined {
  switch (layer.layer) {
    case 'relu': {
      const { slope = 0 } = layer;
      const factor = Math.sqrt(2 / (1 + slope * slope));
      return {
        value: (x) => factor * (x > 0 ? x : slope * x),
        slope: (x) => factor * (x > 0 ? 1 : slope),
      };
    }
    case 'erf':
      return { value: erf, slope: (x) => (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) };
    case 'identity':
      return { value: (x) => x, slope: () => 1 };
  }
  return undefined;
}

/** The error function, 2/√π e^{−x²} Σ_n 2ⁿ x^{2n+1} / (1·3·…·(2n+1)): all terms have one sign. */
export function erf(x: number): number {
  if (!(Math.abs(x) < 6)) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}
