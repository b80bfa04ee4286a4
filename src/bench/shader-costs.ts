import { TILE } from '../../shaders/shared/lines.js';
import { BLOCK, DEEPEST } from '../regression/factor-plan.js';
import type { PlaneVariant } from '../kernel/plane-variant.js';
import type { Cost } from './cost.js';

// Costs per unit of work, counted from the shaders' text.

/**
 * Flops of one element in `shared/arc_cosine`: the distance 2, two polynomials of degree 7 by Horner 28, the angle 1,
 * kappa0 1, kappa1 4 and, for correlations that are snapped, 1.
 */
const ARC_COSINE_FLOPS = 37;

/**
 * The flops of the fused plane kernels: K + U 1; three neighbours along the row and three along the column with a weight for
 * two of them, for Σ and Θ, 4 × 4; λλ 1; the ReLU step; GAIN thrice. The first products and the sums of the read-outs
 * are left out.
 */
const FUSED_FLOPS = 1 + 16 + 1 + ARC_COSINE_FLOPS + 3;

/**
 * The cost of one element-layer of a plane kernel. Where a lane holds ROWS rows of COLUMN_QUADS · 4 columns, its edges are what
 * it exchanges: in subgroups two values to either side per row, and four vec4s for each quad; in workgroup memory one
 * vec4 per row written and two read, and four vec4s written and read per lane.
 *
 * @param globalBytes Bytes of the buffers per element-layer.
 */
export function planeCost(variant: PlaneVariant, globalBytes: number): Cost {
  const common = { arithmetic: FUSED_FLOPS, roots: 1, 'global memory': globalBytes };
  if (variant.kind === 'subgroup') {
    const { ROWS, COLUMN_QUADS, STRIPS } = variant.constants;
    return { ...common, shuffles: 1 / COLUMN_QUADS + (STRIPS > 1 ? 4 / ROWS : 0) };
  }
  // Plane 0: its neighbours have no weights.
  if (variant.kind === 'lane') return { ...common, arithmetic: FUSED_FLOPS - 8 };
  const { ROWS } = variant.constants;
  return { ...common, 'workgroup memory': (16 * (3 * ROWS + 8)) / (4 * ROWS) };
}

/**
 * The cost of one element-layer, layer by layer. `layer_patch`: three rows of two dot products of three, and their weighted sum,
 * 38 flops; Σ and Θ read and written. `layer_relu`: λλ 1, the ReLU step, K 1, T 4; Σ and Θ read and written.
 */
export const LAYERS_COST: Cost = {
  arithmetic: 38 + 1 + ARC_COSINE_FLOPS + 5,
  roots: 1,
  'global memory': 32,
};

/** Where the unit of work is a byte that must be read or written. */
export const STREAM_COST: Cost = { 'global memory': 1 };

/**
 * The cost of one flop of a shader of the solver at its largest step on a matrix of n rows (see `solverShaderCases`): the
 * arithmetic itself, and what of the matrix and of the k right-hand sides must be read and written, in float32.
 */
export function solverCost(name: string, n: number, k: number): Cost | undefined {
  const trailing = n - DEEPEST;
  const below = n - BLOCK;
  const triangle = (BLOCK * (BLOCK + 1)) / 2;
  const columns = 4 * Math.ceil(k / 4);
  const substitution = { flops: BLOCK ** 2 * k, floats: triangle + 2 * BLOCK * columns };
  const product = { flops: 2 * BLOCK * below * k, floats: BLOCK * below + (BLOCK + 2 * below) * columns };
  const update = {
    flops: DEEPEST * trailing * (trailing + TILE),
    floats: DEEPEST * trailing + trailing * (trailing + TILE),
  };
  const steps: Readonly<Partial<Record<string, { flops: number; floats: number }>>> = {
    cholesky_update: update,
    cholesky_update_portable: update,
    product: { flops: DEEPEST * trailing ** 2, floats: 1.5 * DEEPEST * trailing + trailing ** 2 / 2 },
    cholesky_panel: { flops: BLOCK ** 2 * below, floats: triangle + 3 * BLOCK * below },
    cholesky_diagonal: { flops: BLOCK ** 3 / 3, floats: 2 * triangle + BLOCK },
    cholesky_forward_diagonal: substitution,
    cholesky_backward_diagonal: substitution,
    cholesky_forward_update: product,
    cholesky_backward_update: product,
  };
  const step = steps[name];
  return step && { arithmetic: 1, 'global memory': (4 * step.floats) / step.flops };
}
