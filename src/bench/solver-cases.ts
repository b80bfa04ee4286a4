import * as backwardDiagonal from '../../shaders/cholesky_backward_diagonal.js';
import * as backwardUpdate from '../../shaders/cholesky_backward_update.js';
import * as diagonal from '../../shaders/cholesky_diagonal.js';
import * as forwardDiagonal from '../../shaders/cholesky_forward_diagonal.js';
import * as forwardUpdate from '../../shaders/cholesky_forward_update.js';
import * as panel from '../../shaders/cholesky_panel.js';
import * as plain from '../../shaders/product.js';
import * as update from '../../shaders/cholesky_update.js';
import { TILE } from '../../shaders/shared/lines.js';
import type { CholeskyFactor } from '../regression/cholesky-factor.js';
import { factorize } from '../regression/cholesky.js';
import { DEEPEST } from '../regression/factor-plan.js';
import { updateVariant } from '../regression/update-variant.js';
import { inPlaceCase, type InPlaceDispatch } from './in-place-case.js';
import { callTimer, largestError, type BenchCase, type Validation } from './measure.js';
import {
  lowerTriangle,
  positiveDefinite,
  float64Product,
  randomArray,
} from '../statistics/random-matrices.js';

// A flop is one addition or one multiplication.

const { BLOCK } = panel.variants[0];
/** Substitutions with matrices of condition below 10: about 1e-6 is seen. */
const SOLVE_TOLERANCE = 1e-5;

/**
 * Each shader of the solver at its largest step on a matrix of n rows.
 *
 * @param n A multiple of BLOCK. @param k Right-hand sides.
 */
export function solverShaderCases(n: number, k: number): BenchCase[] {
  const width4 = Math.ceil(k / 4);
  const below = n - BLOCK;
  const trailing = { begin: DEEPEST, end: n, rows: n, stride: n, lines: DEEPEST, depth: DEEPEST };
  const upper = { begin: 0, size: BLOCK, rows: n, stride: n, width4 };
  const lower = { ...upper, begin: below };
  const inBlock = `${k} right-hand sides, a block of ${BLOCK}`;
  const outside = `${k} right-hand sides, ${below} rows less a product with ${BLOCK}`;
  const substitution = () => ({ factor: lowerTriangle(n, 41), rhs: randomArray(4 * width4 * n, 42) });
  const trailingUpdate: InPlaceDispatch = {
    contract: update.contract,
    constants: {},
    description: `n = ${n}: ${n - DEEPEST} rows and columns less a product of ${DEEPEST}`,
    flops: DEEPEST * (n - DEEPEST) * (n - DEEPEST + TILE),
    params: trailing,
    workgroups: update.workgroups(DEEPEST, n, n),
    inputs: () => ({ panel: randomArray(DEEPEST * n, 43), matrix: positiveDefinite(n, 44) }),
    mirror: (b) => update.mirror({ panel: b.panel, matrix: b.matrix, ...trailing }),
  };
  return [
    inPlaceCase({
      ...trailingUpdate,
      variant: (gpu) => {
        const { contract, constants, workgroups } = updateVariant(gpu);
        return { contract, constants, workgroups: workgroups(DEEPEST, n, n) };
      },
    }),
    inPlaceCase({ ...trailingUpdate, name: 'cholesky_update_portable' }),
    inPlaceCase({
      contract: panel.contract,
      constants: { BLOCK },
      description: `n = ${n}: ${below} rows of ${BLOCK}`,
      flops: BLOCK ** 2 * below,
      params: { begin: 0, rows: n, stride: n, lines: BLOCK, line: 0 },
      workgroups: panel.workgroups(0, n, BLOCK),
      inputs: () => ({ matrix: lowerTriangle(n, 45), panel: new Float32Array(BLOCK * n) }),
      mirror: (b) =>
        panel.mirror({
          matrix: b.matrix,
          panel: b.panel,
          begin: 0,
          rows: n,
          stride: n,
          lines: BLOCK,
          line: 0,
          block: BLOCK,
        }),
    }),
    inPlaceCase({
      contract: diagonal.contract,
      constants: { BLOCK },
      description: `a block of ${BLOCK}`,
      flops: BLOCK ** 3 / 3,
      params: { begin: 0, size: BLOCK, stride: n },
      workgroups: diagonal.workgroups(),
      inputs: () => ({ matrix: positiveDefinite(n, 46), pivots: new Float32Array(n) }),
      mirror: (b) =>
        diagonal.mirror({ matrix: b.matrix, pivots: b.pivots, begin: 0, size: BLOCK, stride: n }),
    }),
    inPlaceCase({
      contract: forwardDiagonal.contract,
      constants: {},
      description: inBlock,
      flops: BLOCK ** 2 * k,
      params: upper,
      workgroups: forwardDiagonal.workgroups(width4),
      inputs: substitution,
      mirror: (b) => forwardDiagonal.mirror({ factor: b.factor, rhs: b.rhs, ...upper }),
    }),
    inPlaceCase({
      contract: forwardUpdate.contract,
      constants: { BLOCK },
      description: outside,
      flops: 2 * BLOCK * below * k,
      params: { begin: 0, rows: n, stride: n, width4 },
      workgroups: forwardUpdate.workgroups(0, n, width4, BLOCK),
      inputs: substitution,
      mirror: (b) => forwardUpdate.mirror({ factor: b.factor, rhs: b.rhs, ...upper }),
    }),
    inPlaceCase({
      contract: backwardDiagonal.contract,
      constants: {},
      description: inBlock,
      flops: BLOCK ** 2 * k,
      params: lower,
      workgroups: backwardDiagonal.workgroups(width4),
      inputs: substitution,
      mirror: (b) => backwardDiagonal.mirror({ factor: b.factor, rhs: b.rhs, ...lower }),
    }),
    inPlaceCase({
      contract: backwardUpdate.contract,
      constants: {},
      description: outside,
      flops: 2 * BLOCK * below * k,
      params: lower,
      workgroups: backwardUpdate.workgroups(below, width4),
      inputs: substitution,
      mirror: (b) => backwardUpdate.mirror({ factor: b.factor, rhs: b.rhs, ...lower }),
    }),
  ];
}

/** A plain matrix product of as many flops as the update of `solverShaderCases` at the same n, about. */
export function productCase(n: number): BenchCase {
  const [rows, columns, depth] = [(n - DEEPEST) / 2, n - DEEPEST, DEEPEST];
  return inPlaceCase({
    contract: plain.contract,
    constants: {},
    description: `${rows}×${columns}, sums of ${depth} products`,
    flops: 2 * rows * columns * depth,
    params: { rows, columns, depth },
    workgroups: plain.workgroups(rows, columns),
    inputs: () => ({
      a: randomArray(depth * rows, 46),
      b: randomArray(depth * columns, 47),
      c: new Float32Array(rows * columns),
    }),
    mirror: (b) => plain.mirror({ a: b.a, b: b.b, c: b.c, rows, columns, depth }),
  });
}

/** The whole factorisation, as the regression calls it: with the upload, from the call to the end. */
export function factorizationCase(n: number): BenchCase {
  return {
    name: 'factorization',
    description: `n = ${n}, all steps and the upload`,
    unit: 'flop/s',
    prepare(gpu) {
      const matrix = positiveDefinite(n, 51);
      return Promise.resolve({
        work: n ** 3 / 3,
        compileMs: undefined,
        ...callTimer(async () => (await factorize(gpu, matrix)).dispose()),
        async validate() {
          using factor = await factorize(gpu, matrix);
          return await solveError(factor, matrix, 1);
        },
        [Symbol.dispose]: () => undefined,
      });
    },
  };
}

/** Both triangular solves, as each step of the refinement calls them: with transfers, from the call to the end. */
export function solveCase(n: number, k: number): BenchCase {
  return {
    name: 'solve',
    description: `n = ${n}, ${k} right-hand sides, both substitutions and the transfers`,
    unit: 'flop/s',
    async prepare(gpu) {
      const matrix = positiveDefinite(n, 51);
      const factor = await factorize(gpu, matrix);
      const rhs = randomArray(n * k, 52);
      return {
        work: 2 * n ** 2 * k,
        compileMs: undefined,
        ...callTimer(async () => {
          await factor.solve(rhs);
        }),
        validate: () => solveError(factor, matrix, k),
        [Symbol.dispose]: () => factor.dispose(),
      };
    },
  };
}

/** |A x − b| over |b|, the product in float64. */
async function solveError(factor: CholeskyFactor, matrix: Float32Array, k: number): Promise<Validation> {
  const rhs = randomArray(factor.n * k, 53);
  const solution = await factor.solve(rhs);
  const error = largestError(float64Product(matrix, solution, factor.n), rhs);
  return { error, tolerance: SOLVE_TOLERANCE, against: 'A x in float64' };
}
