// Plan: kernels from `cntk kernel` and labels give what an LU in float64 gives, with and without a test kernel, from
// float32 and float64 files; every pair of shapes that does not fit is refused with both shapes.
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Matrix, solve } from 'ml-matrix';
import { readNpy, writeNpy } from '../../src/data/npy.js';
import { argmax } from '../../src/regression/classify.js';
import { encodeTargets } from '../../src/regression/targets.js';
import {
  logSpaced,
  oracleSolve,
  randomTargets,
  relativeResidual,
  withSpectrum64,
} from '../regression/matrices.js';
import { fail, folder, read, startCli, succeed, writeDigits } from './cli.js';

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
    // No longer what float32 can hold.
    const scaled = kernel.to1DArray().map((value) => value / 3);
    await writeNpy(join(folder, 'K64.npy'), [TRAIN, TRAIN], Float64Array.from(scaled));
    const { stdout } = await succeed(
      ...`solve --kernel K64.npy --labels train-labels.npy --ridge ${RIDGE} --out alone`.split(' '),
    );
    expect(stdout).toMatch(/^n = 12, 10 classes\nsolve: relative residual .*\n$/);
    expect((await readdir(join(folder, 'alone'))).sort()).toEqual(['coefficients.npy', 'report.json']);
    const { data } = await readNpy(join(folder, 'alone/coefficients.npy'));
    const expected = (await expectedCoefficients()).mul(3);
    expect(largestError(data, expected)).toBeLessThan(1e-12 * expected.max());
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
    ['images as a kernel', '--kernel train.npy --labels train-labels.npy', /a matrix is needed.*12×4×4/],
    ['integers as a kernel', '--kernel I.npy --labels train-labels.npy', /float32 or float64.*<i4/],
    ['a missing kernel', '--kernel none.npy --labels train-labels.npy', /none\.npy: no such file/],
    ['test labels alone', '--kernel K.npy --labels train-labels.npy --test-labels test-labels.npy', /need/],
  ])('%s is refused', async (_, args, message) => {
    await writeNpy(join(folder, 'T.npy'), [12, 8], Float32Array.from(testKernel.transpose().to1DArray()));
    await writeNpy(join(folder, 'I.npy'), [2, 2], Int32Array.of(1, 0, 0, 1));
    await fail(2, message, ...`solve ${args} --out refused`.split(' '));
  });

  // Status 2, as of all that is wrong with the input: a scheduler need not try again.
  test.each([
    ['not positive definite', 1, [1, 2, 2, 1], /not positive definite.*--ridge/],
    ['far from positive definite', 1, [1, 1e9, 1e9, 1], /No ridge can help/],
    ['zero', 1, [0, 0, 0, 0], /not positive definite.*No ridge can help/],
    ['not symmetric', 2, [1, 0.5, 0.4, 1], /bad\.npy: .*\[1\]\[0\] is 0\.4.*\[0\]\[1\] is 0\.5/],
    ['not a number below', 2, [1, 0, NaN, 1], /bad\.npy: element \[1\]\[0\] is NaN/],
    ['not a number above', 2, [1, Infinity, 0, 1], /bad\.npy: element \[0\]\[1\] is Infinity/],
    [
      'beyond the digits of float64',
      2,
      [1e-310, 0, 0, 1e-310],
      /bad\.npy: .*multiply the kernel by a constant/,
    ],
  ])('a kernel that is %s fails with status %i', async (_, status, values, message) => {
    await writeNpy(join(folder, 'bad.npy'), [2, 2], Float64Array.from(values));
    await writeNpy(join(folder, 'two.npy'), [2], Int32Array.of(0, 1));
    await fail(
      status,
      message,
      ...'solve --kernel bad.npy --labels two.npy --quiet --out refused'.split(' '),
    );
  });

  test('a test kernel with NaN is found before anything is solved', async () => {
    const bad = Float64Array.from(testKernel.to1DArray());
    bad[5 * TRAIN + 2] = NaN;
    await writeNpy(join(folder, 'bad2.npy'), [TEST, TRAIN], bad);
    const args = 'solve --kernel K.npy --labels train-labels.npy --test-kernel bad2.npy --out refused';
    await fail(2, /^cntk: bad2\.npy: element \[5\]\[2\] is NaN/m, ...args.split(' '));
  });
});

describe('a float64 kernel of condition 1e6', () => {
  const n = 120;
  const m = 50;
  const kernel64 = withSpectrum64(logSpaced(n, 1e6));
  const tests = randomTargets(m * n, 1);
  const labels = Int32Array.from({ length: n }, (_, i) => (i * i + Math.floor(i / 5)) % 3);

  /** What a solve in float64 gives. → [m][3] */
  function expectedScores(ridge = 0, test: ArrayLike<number> = tests): Matrix {
    const mean = kernel64.reduce((sum, value, e) => sum + (e % (n + 1) === 0 ? value / n : 0), 0);
    const classes = [...new Set(labels)].sort();
    const targets = encodeTargets(labels, classes, 'one-hot');
    const a = oracleSolve(kernel64, targets, ridge * mean);
    return Matrix.from1DArray(m, n, [...Array.from(test)]).mmul(
      Matrix.from1DArray(n, classes.length, [...a]),
    );
  }

  async function scoresOf(kernelFile: string, testFile: string, ...more: string[]) {
    await writeNpy(join(folder, 'labels64.npy'), [n], labels);
    const args = `solve --kernel ${kernelFile} --labels labels64.npy --test-kernel ${testFile} --targets one-hot --quiet --out out64`;
    const { stderr } = await succeed(...args.split(' '), ...more);
    const report = JSON.parse(await read('out64/report.json')) as Record<string, unknown>;
    const { data, descr } = await readNpy(join(folder, 'out64/scores.npy'));
    expect(descr).toBe('<f8');
    return { data, report, stderr };
  }

  const error = (data: ArrayLike<number>, expected: Matrix) => largestError(data, expected) / expected.max();

  beforeAll(async () => {
    await writeNpy(join(folder, 'k64.npy'), [n, n], kernel64);
    await writeNpy(join(folder, 't64.npy'), [m, n], tests);
    await writeNpy(join(folder, 'k32.npy'), [n, n], Float32Array.from(kernel64));
    await writeNpy(join(folder, 't32.npy'), [m, n], Float32Array.from(tests));
  });

  test('is solved as it is in the file, and the residual is that of the file', async () => {
    const { data, report, stderr } = await scoresOf('k64.npy', 't64.npy');
    expect(error(data, expectedScores())).toBeLessThan(1e-8);
    expect(stderr).toBe('');
    expect(report).toMatchObject({ kernelPrecision: 'float64', warnings: [] });
    const coefficients = Float64Array.from((await readNpy(join(folder, 'out64/coefficients.npy'))).data);
    const measured = relativeResidual(kernel64, coefficients, encodeTargets(labels, [0, 1, 2], 'one-hot'));
    expect(measured / (report.relativeResidual as number)).toBeGreaterThan(0.2);
    expect(measured / (report.relativeResidual as number)).toBeLessThan(5);
  });

  test('also with the bytes the other way round', async () => {
    for (const [name, values] of [
      ['k', kernel64],
      ['t', tests],
    ] as const) {
      const bytes = await readFile(join(folder, `${name}64.npy`));
      bytes.write('>f8', bytes.indexOf('<f8'), 'latin1');
      bytes.subarray(bytes.length - 8 * values.length).swap64();
      await writeFile(join(folder, `${name}be.npy`), bytes);
    }
    const { data } = await scoresOf('kbe.npy', 'tbe.npy');
    expect(error(data, expectedScores())).toBeLessThan(1e-8);
  });

  test('also with several ridges, with the one that is chosen', async () => {
    const { data, report } = await scoresOf('k64.npy', 't64.npy', '--ridge', '0,1e-5,1e-2');
    expect(error(data, expectedScores(report.ridge as number))).toBeLessThan(1e-8);
  });

  test('a test kernel in float32 is multiplied as it is', async () => {
    const { data } = await scoresOf('k64.npy', 't32.npy');
    expect(error(data, expectedScores(0, Float32Array.from(tests)))).toBeLessThan(1e-8);
  });

  test('planted fault: the file in float32 has other scores, and that is said, also when quiet', async () => {
    const { data, report, stderr } = await scoresOf('k32.npy', 't64.npy');
    expect(error(data, expectedScores())).toBeGreaterThan(1e-6);
    expect(stderr).toMatch(/^cntk: warning: the elements of the kernel are rounded to float32: /m);
    expect(report.kernelPrecision).toBe('float32');
    expect(report.warnings).toHaveLength(1);
  });
});

describe('labels of any kind', () => {
  const solveWith = async (labels: number[], testLabels: number[]) => {
    await writeNpy(join(folder, 'any.npy'), [TRAIN], Int32Array.from(labels));
    await writeNpy(join(folder, 'any-test.npy'), [TEST], Int32Array.from(testLabels));
    const args =
      'solve --kernel K.npy --labels any.npy --ridge 0.01 --test-kernel K2.npy --test-labels any-test.npy --quiet --out any';
    const { stderr, stdout } = await succeed(...args.split(' '));
    const report = JSON.parse(await read('any/report.json')) as {
      classes: number[];
      counts: { classes: number };
      correct: number;
      warnings: string[];
      perClass: { label: number; count: number; correct: number }[];
    };
    const scores = await readNpy(join(folder, 'any/scores.npy'));
    const predictions = await readNpy(join(folder, 'any/predictions.npy'));
    return { stderr, stdout, report, scores, predictions: [...predictions.data] };
  };
  const three = (labels: readonly number[], count: number) =>
    Array.from({ length: count }, (_, i) => labels[i % labels.length]);

  test.each([
    ['1 to 3', [1, 2, 3]],
    ['0 and 9', [0, 9]],
    ['3 and 7', [3, 7]],
    ['the largest there is', [0, 4000, 2 ** 31 - 1]],
  ])('%s: only they are predicted, and columns of scores are theirs', async (_, labels) => {
    const { report, scores, predictions, stderr } = await solveWith(
      three(labels, TRAIN),
      three(labels, TEST),
    );
    expect(stderr).toBe('');
    expect(report.classes).toEqual(labels);
    expect(scores.shape).toEqual([TEST, labels.length]);
    const winners = argmax(Float64Array.from(scores.data), labels.length);
    expect(predictions).toEqual(Array.from(winners, (column) => labels[column]));
    expect(report.correct).toBe(predictions.filter((label, i) => label === labels[i % labels.length]).length);
  });

  test('a test label that no training image has is an error, and is warned of', async () => {
    const { report, stderr } = await solveWith(three([1, 2], TRAIN), three([1, 5], TEST));
    expect(report.perClass.find(({ label }) => label === 5)).toMatchObject({ count: TEST / 2, correct: 0 });
    expect(stderr).toMatch(
      /^cntk: warning: 4 of 8 test images are of a class that no training image has \(5\)/m,
    );
    expect(report.warnings).toHaveLength(1);
  });

  test('one class only is warned of', async () => {
    const { predictions, stderr } = await solveWith(three([6], TRAIN), three([6], TEST));
    expect(new Set(predictions)).toEqual(new Set([6]));
    expect(stderr).toMatch(/every training image is of class 6/);
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
    const { panels } = JSON.parse(await readFile(state, 'utf8')) as { panels: number[] };

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

  test('killed, and the kernel corrected in one element: the factor of the old one is not used', async () => {
    const state = join(folder, 'streamed.factor/factor.json');
    const killed = startCli(...args);
    while (!existsSync(state) && killed.exitCode === null)
      await new Promise((resolve) => setTimeout(resolve, 5));
    killed.kill('SIGKILL');
    await once(killed, 'close');
    const { data } = await readNpy(join(folder, 'large.npy'));
    const corrected = Float32Array.from(data);
    for (const [i, j] of [
      [1003, 17],
      [17, 1003],
    ])
      corrected[i * n + j] += 1e-3;
    const old = await readFile(join(folder, 'large.npy'));
    await writeNpy(join(folder, 'large.npy'), [n, n], corrected);
    const { stderr } = await succeed(...args);
    await writeFile(join(folder, 'large.npy'), old);
    expect(stderr).toMatch(
      /streamed\.factor holds a factor of another kernel, ridge or memory size: .*begun anew/,
    );
    expect(stderr).not.toContain('going on after them');
    expect(existsSync(join(folder, 'streamed.factor'))).toBe(false);
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

  test.each(['1e300', '1e-3,1e13'])('--ridge %s leaves nothing of the kernel', async (value) => {
    const args = `solve --kernel K.npy --labels train-labels.npy --ridge ${value} --out refused`;
    await fail(
      2,
      /--ridge: .* is more than 1000000000000 times the mean of the diagonal/,
      ...args.split(' '),
    );
  });

  test.each(['1e-4,', 'automatic', '1,-1', 'NaN', 'Infinity'])('--ridge %s is refused', async (value) => {
    const args = `solve --kernel K.npy --labels train-labels.npy --ridge ${value} --out refused`;
    await fail(2, /--ridge: "[^"]*" is not a number ≥ 0/, ...args.split(' '));
  });
});
