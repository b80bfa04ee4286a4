// The rows below a factored block equal their mirror on both sides of every tile; a planted fault is seen.
import { contract, mirror, workgroups, type PanelInput } from '../../shaders/cholesky_panel.js';
import { TILE } from '../../shaders/shared/lines.js';
import {
  dispatch,
  factorByMirrors,
  mismatch,
  poisoned,
  randomNumbers,
  U,
  wellConditioned,
} from './cholesky-harness.js';

/** L11 (lower triangle) over random rows A21, all else poison. */
function panelInPoison(begin: number, stride: number, block: number): Float32Array {
  const matrix = poisoned(stride * stride);
  const { factor, stride: factorStride } = factorByMirrors(wellConditioned(block, block), block, block);
  for (let i = 0; i < block; i++) {
    for (let j = 0; j <= i; j++) matrix[(begin + i) * stride + begin + j] = factor[i * factorStride + j];
  }
  const random = randomNumbers(stride);
  for (let row = begin + block; row < stride; row++) {
    for (let j = 0; j < block; j++) matrix[row * stride + begin + j] = random();
  }
  return matrix;
}

async function run(
  begin: number,
  below: number,
  block: number,
  faulty?: (input: PanelInput) => void,
  line = 0,
) {
  const stride = begin + block + below;
  const lines = line + block;
  const shape = { begin, rows: stride, stride, lines, line };
  const matrix = panelInPoison(begin, stride, block);
  const panel = poisoned(TILE * Math.ceil(stride / TILE) * lines);
  const mirrored = { matrix: Float64Array.from(matrix), panel: Float64Array.from(panel) };
  (faulty ?? mirror)({ ...mirrored, ...shape, block });
  const device = await dispatch(
    contract,
    { BLOCK: block },
    { matrix, panel },
    workgroups(begin, stride, block),
    shape,
  );
  const tolerance = 4 * (block + 2) * U;
  return (
    mismatch(device.matrix, mirrored.matrix, tolerance) ?? mismatch(device.panel, mirrored.panel, tolerance)
  );
}

describe('cholesky_panel', () => {
  test.each([4, 16, 32, 64, 112, 124, 128, 132, 144, 272])('%i rows equal the mirror', async (rows) => {
    expect(await run(0, rows, 64)).toBeUndefined();
    expect(await run(64, rows, 64)).toBeUndefined();
  });

  test.each([16, 32])('blocks of %i', async (block) => {
    expect(await run(block, 48, block)).toBeUndefined();
  });

  test('lines further down, as for the second block of a panel', async () => {
    expect(await run(64, 48, 64, undefined, 64)).toBeUndefined();
  });

  test('planted fault: a mirror that skips the first column does not match', async () => {
    const faulty = await run(0, 32, 64, (input) => {
      const { matrix, begin, stride, block } = input;
      for (let j = 1; j < block; j++) matrix[(begin + j) * stride + begin] = 0;
      mirror(input);
      // L11 itself as the device sees it, so that only L21 differs.
      const original = panelInPoison(begin, stride, block);
      for (let j = 1; j < block; j++)
        matrix[(begin + j) * stride + begin] = original[(begin + j) * stride + begin];
    });
    expect(faulty).toBeDefined();
  });
});
