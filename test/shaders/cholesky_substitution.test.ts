// The four shaders of forward and backward substitution equal their mirrors in whole and ragged blocks; planted faults
// are seen.
import * as backwardDiagonal from '../../shaders/cholesky_backward_diagonal.js';
import * as backwardUpdate from '../../shaders/cholesky_backward_update.js';
import * as forwardDiagonal from '../../shaders/cholesky_forward_diagonal.js';
import * as forwardUpdate from '../../shaders/cholesky_forward_update.js';
import type { SubstitutionInput } from '../../shaders/cholesky_forward_diagonal.js';
import type { ShaderContract } from '../../shaders/contract.js';
import {
  dispatch,
  factorByMirrors,
  mismatch,
  poisoned,
  randomNumbers,
  U,
  wellConditioned,
} from './cholesky-harness.js';

const BLOCK = 64;

interface Case {
  readonly begin: number;
  readonly size: number;
  readonly n: number;
  readonly width4: number;
}

interface Shader {
  readonly contract: ShaderContract;
  readonly mirror: (input: SubstitutionInput) => void;
}

/** A lower triangular factor over poison, and right-hand sides in the rows that the case reads. */
function inputs({ begin, size, n, width4 }: Case, rows: readonly [from: number, to: number]) {
  const { factor: whole, stride } = factorByMirrors(wellConditioned(n, n + size), n, BLOCK);
  const factor = poisoned(stride * stride);
  for (let i = 0; i < stride; i++) {
    for (let j = 0; j <= i; j++) factor[i * stride + j] = whole[i * stride + j];
  }
  const random = randomNumbers(begin + width4);
  const width = 4 * width4;
  const rhs = poisoned(stride * width);
  for (let e = rows[0] * width; e < rows[1] * width; e++) rhs[e] = random();
  return { factor, rhs, begin, size, rows: stride, stride, width4 };
}

async function run(
  { contract, mirror }: Shader,
  { factor, rhs, ...shape }: ReturnType<typeof inputs>,
  workgroups: readonly [number, number?],
) {
  const mirrored = Float64Array.from(rhs);
  mirror({ factor: Float64Array.from(factor), rhs: mirrored, ...shape });
  const constants = Object.fromEntries(contract.constants.map((name) => [name, BLOCK]));
  const device = await dispatch(contract, constants, { factor, rhs }, workgroups, shape);
  expect(mirrored.some((value, e) => !Object.is(value, rhs[e]))).toBe(true); // it did change something
  return mismatch(device.rhs, mirrored, 8 * (shape.size + 2) * U);
}

const widths = [1, 3, 17, 32, 33];
const wholeBlock = widths.map((width4) => ({ begin: 64, size: 64, n: 200, width4 }));
const ragged = [1, 2, 15, 16, 17, 63].map((size) => ({ begin: 64, size, n: 64 + size, width4: 3 }));

describe.each([
  ['cholesky_forward_diagonal', forwardDiagonal],
  ['cholesky_backward_diagonal', backwardDiagonal],
])('%s', (_, shader) => {
  test.each([...wholeBlock, ...ragged])('equals its mirror: %o', async (shape) => {
    const input = inputs(shape, [shape.begin, shape.begin + shape.size]);
    expect(await run(shader, input, shader.workgroups(shape.width4))).toBeUndefined();
  });

  test('planted fault: the other triangle does not match', async () => {
    const other = shader === forwardDiagonal ? backwardDiagonal : forwardDiagonal;
    const input = inputs(wholeBlock[0], [64, 128]);
    const faulty = { contract: shader.contract, mirror: other.mirror };
    expect(await run(faulty, input, shader.workgroups(1))).toBeDefined();
  });
});

describe('cholesky_forward_update', () => {
  test.each([65, 79, 80, 127, 128, 129, 200])('n = %i equals its mirror', async (n) => {
    for (const width4 of widths) {
      const input = inputs({ begin: 0, size: 64, n, width4 }, [0, 16 * Math.ceil(n / 16)]);
      const workgroups = forwardUpdate.workgroups(0, input.stride, width4, BLOCK);
      expect(await run(forwardUpdate, input, workgroups)).toBeUndefined();
    }
  });

  test('planted fault: a mirror that misses a column of L21 does not match', async () => {
    const input = inputs({ begin: 0, size: 64, n: 128, width4: 1 }, [0, 128]);
    const mirror = (whole: SubstitutionInput) => {
      const factor = Float64Array.from(whole.factor);
      for (let row = 64; row < 128; row++) factor[row * whole.stride + 63] = 0;
      forwardUpdate.mirror({ ...whole, factor });
    };
    const workgroups = forwardUpdate.workgroups(0, input.stride, 1, BLOCK);
    expect(await run({ contract: forwardUpdate.contract, mirror }, input, workgroups)).toBeDefined();
  });
});

describe('cholesky_backward_update', () => {
  test.each([
    ...widths.map((width4) => ({ begin: 64, size: 64, n: 200, width4 })),
    ...[64, 128, 192, 256, 320].map((begin) => ({ begin, size: 7, n: begin + 7, width4: 3 })),
  ])('equals its mirror: %o', async (shape) => {
    const input = inputs(shape, [0, shape.begin + shape.size]);
    expect(
      await run(backwardUpdate, input, backwardUpdate.workgroups(shape.begin, shape.width4)),
    ).toBeUndefined();
  });

  test('planted fault: a mirror that misses a row of L10 does not match', async () => {
    const input = inputs({ begin: 64, size: 64, n: 128, width4: 1 }, [0, 128]);
    const mirror = (whole: SubstitutionInput) => backwardUpdate.mirror({ ...whole, size: whole.size - 1 });
    const faulty = { contract: backwardUpdate.contract, mirror };
    expect(await run(faulty, input, backwardUpdate.workgroups(64, 1))).toBeDefined();
  });
});
