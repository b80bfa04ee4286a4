import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Matrix, solve } from 'ml-matrix';
import { readNpy, writeNpy } from '../../src/data/npy.js';
import { encodeTargets } from '../../src/regression/targets.js';
import { fail, folder, read, startCli, succeed, writeDigits } from './cli.js';

// Plan: kernels from `cntk kernel` and labels give what an LU in float64 gives, with and without a test kernel, from
// float32 and float64 files; every pair of shapes that does not fit is refused with both shapes.

const TRAIN = 12;
const TEST = 8;
const RIDGE = 0.01;

let kernel: Matrix;
let testKernel: Matrix;

beforeAll(async () => {
  await writeDigits('train', 0, TRAIN);
  await writeDigits('test', TRAIN, TRAIN + TEST);
  await succeed(...'kernel --images train.npy --depth 3 --normalize standardize --out K.npy'.split(' '));
  await succeed(
    ...'kernel --images test.npy --against train.npy --depth 3 --normalize standardize --statistics against --out K2.npy'.split(
      ' ',
    ),
  );
  kernel = await readMatrix('K.npy');
  testKernel = await readMatrix('K2.npy');
});

async function readMatrix(name: string): Promise<Matrix> {
  const { data, shape } = await readNpy(join(folder, name));
  return Matrix.from1DArray(shape[0], shape[1], [...data]);
}

/** (K + ridge·mean·I)⁻¹ Y in float64. */
async function expectedCoefficients(): Promise<Matrix> {
  const labels = (await readNpy(join(folder, 'train-labels.npy'))).data;
  const targets = Matrix.from1DArray(TRAIN, 10, [
    ...encodeTargets(labels, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 'centred'),
  ]);
  const shift = (RIDGE * kernel.trace()) / TRAIN;
  return solve(Matrix.add(kernel, Matrix.eye(TRAIN).mul(shift)), targets);
}

function largestError(data: ArrayLike<number>, expected: Matrix): number {
  const values = expected.to1DArray();
  expect(data).toHaveLength(values.length);
  return Math.max(...values.map((value, i) => Math.abs(data[i] - value)));
}

describe('cntk solve', () => {
  test('coefficients, scores, predictions and accuracy', async () => {
    const args = `solve --kernel K.npy --labels train-labels.npy --ridge ${RIDGE} --test-kernel K2.npy --test-labels test-labels.npy --json --out fit`;
    const { stdout } = await succeed(...args.split(' '));
    expect(await read('fit/report.json')).toBe(stdout);
    const expected = await expectedCoefficients();
    const coefficients = await readNpy(join(folder, 'fit/coefficients.npy'));
    expect(coefficients).toMatchObject({ descr: '<f8', shape: [TRAIN, 10] });
    // The kernels are the same float32 numbers, and the solution is refined in float64.
    expect(largestError(coefficients.data, expected)).toBeLessThan(1e-8 * expected.max());

    const scores = testKernel.mmul(expected);
    const found = await readNpy(join(folder, 'fit/scores.npy'));
    expect(found.shape).toEqual([TEST, 10]);
    expect(largestError(found.data, scores)).toBeLessThan(1e-8);
    const predictions = await readNpy(join(folder, 'fit/predictions.npy'));
    expect(predictions).toMatchObject({ descr: '<i4', shape: [TEST] });
    expect([...predictions.data]).toEqual(scores.to2DArray().map((row) => row.indexOf(Math.max(...row))));

    const labels = (await readNpy(join(folder, 'test-labels.npy'))).data;
    const correct = predictions.data.filter((label, i) => label === labels[i]).length;
    expect(JSON.parse(stdout)).toMatchObject({
      correct,
      accuracy: correct / TEST,
      counts: { train: TRAIN, test: TEST, classes: 10 },
      ridge: RIDGE,
    });
  });

  test('is the second half of cntk run', async () => {
    await succeed(...`run --train train.npy --test test.npy --depth 3 --ridge ${RIDGE} --out run`.split(' '));
    await succeed(
      ...`solve --kernel K.npy --labels train-labels.npy --ridge ${RIDGE} --test-kernel K2.npy --out half`.split(
        ' ',
      ),
    );
    const [run, half] = await Promise.all(
      ['run', 'half'].map((out) => readNpy(join(folder, out, 'scores.npy'))),
    );
    expect(half).toEqual(run);
  });

  test('a float64 kernel without a test kernel gives coefficients alone', async () => {
    await writeNpy(join(folder, 'K64.npy'), [TRAIN, TRAIN], Float64Array.from(kernel.to1DArray()));
    const { stdout } = await succeed(
      ...`solve --kernel K64.npy --labels train-labels.npy --ridge ${RIDGE} --out alone`.split(' '),
    );
    expect(stdout).toMatch(/^n = 12, 10 classes\nsolve: relative residual .*\n$/);
    expect((await readdir(join(folder, 'alone'))).sort()).toEqual(['coefficients.npy', 'report.json']);
    const { data } = await readNpy(join(folder, 'alone/coefficients.npy'));
    expect(largestError(data, await expectedCoefficients())).toBeLessThan(1e-6);
  });

  test.each([
    ['a kernel that is not square', '--kernel K2.npy --labels train-labels.npy', /K2\.npy: .*square.* 8×12/],
    ['labels of other images', '--kernel K.npy --labels test-labels.npy', /8 labels, but K\.npy is 12×12/],
    [
      'a test kernel of other training images',
      '--kernel K.npy --labels train-labels.npy --test-kernel T.npy',
      /T\.npy: is 12×8, but K\.npy is 12×12/,
    ],
    [
      'test labels of other images',
      '--kernel K.npy --labels train-labels.npy --test-kernel K2.npy --test-labels train-labels.npy',
      /12 labels, but K2\.npy is 8×12/,
    ],
    [
      'labels as a kernel',
      '--kernel train-labels.npy --labels train-labels.npy',
      /a matrix is needed.*\(12,\)/,
    ],
    ['images as a kernel', '--kernel train.npy --labels train-labels.npy', /a matrix is needed.*12×8×8/],
    ['integers as a kernel', '--kernel I.npy --labels train-labels.npy', /float32 or float64.*<i4/],
    ['a missing kernel', '--kernel none.npy --labels train-labels.npy', /none\.npy: no such file/],
    ['test labels alone', '--kernel K.npy --labels train-labels.npy --test-labels test-labels.npy', /need/],
  ])('%s is refused', async (_, args, message) => {
    await writeNpy(join(folder, 'T.npy'), [12, 8], Float32Array.from(testKernel.transpose().to1DArray()));
    await writeNpy(join(folder, 'I.npy'), [2, 2], Int32Array.of(1, 0, 0, 1));
    await fail(2, message, ...`solve ${args} --out refused`.split(' '));
  });

  test.each([
    ['not positive definite', [1, 2, 2, 1], /not positive definite.*--ridge/],
    ['not symmetric', [1, 0.5, 0.4, 1], /\[1\]\[0\] is 0\.4.*\[0\]\[1\] is 0\.5/],
    ['not a number', [1, 0, NaN, 1], /\[1\]\[0\] is NaN/],
  ])('a kernel that is %s fails', async (_, values, message) => {
    await writeNpy(join(folder, 'bad.npy'), [2, 2], Float32Array.from(values));
    await writeNpy(join(folder, 'two.npy'), [2], Int32Array.of(0, 1));
    await fail(1, message, ...'solve --kernel bad.npy --labels two.npy --quiet --out refused'.split(' '));
  });
});

describe('cntk solve beyond the device memory', () => {
  const n = 1500;
  const args = 'solve --kernel large.npy --labels large-labels.npy --memory 2 --out streamed'.split(' ');

  beforeAll(async () => {
    const points = Float64Array.from({ length: n }, (_, i) => Math.sin(12.9898 * i) * 43758.5453).map(
      (x) => x % 1,
    );
    const element = (i: number, j: number) =>
      Math.exp(-20 * (points[i] - points[j]) ** 2) + (i === j ? 0.1 : 0);
    const large = Float32Array.from({ length: n * n }, (_, e) => element(Math.floor(e / n), e % n));
    await writeNpy(join(folder, 'large.npy'), [n, n], large);
    await writeNpy(
      join(folder, 'large-labels.npy'),
      [n],
      Int32Array.from(points, (x) => (x > 0 ? 1 : 0)),
    );
  });

  test('says the plan first, agrees with the solution in core, and a run that was killed goes on', async () => {
    const state = join(folder, 'streamed.factor/factor.json');
    const killed = startCli(...args);
    while (!existsSync(state) && killed.exitCode === null)
      await new Promise((resolve) => setTimeout(resolve, 5));
    killed.kill('SIGKILL');
    await once(killed, 'close');
    const { panels } = JSON.parse(await readFile(state, 'utf8')) as { panels: string[] };

    const { stderr, stdout } = await succeed(...args);
    expect(stderr).toMatch(
      /factor: 1500 rows in \d+ panels of \d+ columns; device 1\.\d+ MiB, disk .* moved, 1\.13 GFLOP/,
    );
    expect(stderr).toContain(`${panels.length} panels of this factor are in`);
    expect(stdout).toMatch(/relative residual \S+e-1[1-9]/);
    expect(existsSync(join(folder, 'streamed.factor'))).toBe(false);

    await succeed(...'solve --kernel large.npy --labels large-labels.npy --out core'.split(' '));
    const [streamed, core] = await Promise.all(
      ['streamed', 'core'].map(async (name) => (await readNpy(join(folder, name, 'coefficients.npy'))).data),
    );
    expect(Math.max(...Array.from(streamed, (value, e) => Math.abs(value - core[e])))).toBeLessThan(1e-7);
  });

  test('memory for no panel at all is refused with the bytes', async () => {
    const refused =
      'solve --kernel large.npy --labels large-labels.npy --memory 1 --quiet --out refused'.split(' ');
    await fail(1, /n = 1500 needs at least 1155072 bytes .* 1048576 are allowed/, ...refused);
  });
});

describe('several ridges', () => {
  test('the leave-one-out error chooses, and all are reported', async () => {
    const { stdout } = await succeed(
      ...'solve --kernel K.npy --labels train-labels.npy --ridge 1e-4,1e-2,10 --json --out ridges'.split(' '),
    );
    const { ridge, ridges } = JSON.parse(stdout) as {
      ridge: number;
      ridges: { ridge: number; leaveOneOut: number }[];
    };
    expect(ridges.map((candidate) => candidate.ridge)).toEqual([1e-4, 1e-2, 10]);
    const least = Math.min(...ridges.map((candidate) => candidate.leaveOneOut));
    expect(ridges.find((candidate) => candidate.ridge === ridge)!.leaveOneOut).toBe(least);
  });

  test.each(['1e-4,', 'automatic', '1,-1'])('--ridge %s is refused', async (value) => {
    const args = `solve --kernel K.npy --labels train-labels.npy --ridge ${value} --out refused`;
    await fail(2, /--ridge: "[^"]*" is not a number ≥ 0/, ...args.split(' '));
  });
});
