// Plan: the main job gives what the definition in float64 and an independent solve give; the files, the JSON and the
// table say the same; counts select; without test labels there are predictions only; an interrupted run leaves the
// folder as it was.
import { copyFile, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Matrix, solve } from 'ml-matrix';
import { normalize } from '../../src/images/normalize.js';
import { readNpy, writeNpy } from '../../src/data/npy.js';
import type { KernelSpec } from '../../src/kernel/kernel-spec.js';
import { referenceKernel } from '../../src/kernel/reference.js';
import { argmax } from '../../src/regression/classify.js';
import { encodeTargets, type TargetCoding } from '../../src/regression/targets.js';
import { cli, digits, folder, read, resultOf, startCli, succeed, writeDigits } from './cli.js';

const TRAIN = 12;
const TEST = 8;
const TEN = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
const FILES = ['predictions.npy', 'report.json', 'scores.npy', 'table.txt'];

beforeAll(async () => {
  await writeDigits('train', 0, TRAIN);
  await writeDigits('test', TRAIN, TRAIN + TEST);
});

interface Report {
  readonly accuracy?: number;
  readonly correct?: number;
  readonly counts: { readonly train: number; readonly test: number; readonly classes: number };
  readonly kernel: { readonly name: string };
  readonly ridge: number;
  readonly relativeResidual: number;
  readonly iterations: number;
  readonly conditionEstimate: number;
  readonly elementLayersPerSecond: number;
  readonly timingsMs: Readonly<Record<string, number>>;
  readonly device: { readonly name: string };
  readonly confusion?: { label: number; predicted: number; count: number }[];
}

/** Scores by the definition: kernels in float64, (K + ridge·mean·I)⁻¹ Y by LU. → [TEST][10] */
async function referenceScores(
  spec: KernelSpec,
  ridge: number,
  targets: TargetCoding,
): Promise<Float64Array> {
  const [trainSet, testSet] = [await digits(0, TRAIN), await digits(TRAIN, TRAIN + TEST)];
  const { train, test } = normalize('standardize', trainSet.images, testSet.images);
  const rowsOf = (values: Float64Array, columns: number) =>
    Matrix.from1DArray(values.length / columns, columns, values);
  const kernel = rowsOf(referenceKernel(train, train, spec), TRAIN);
  kernel.add(Matrix.eye(TRAIN).mul((ridge * kernel.trace()) / TRAIN));
  const coefficients = solve(kernel, rowsOf(encodeTargets(trainSet.labels, TEN, targets), 10));
  return Float64Array.from(
    rowsOf(referenceKernel(test, train, spec), TRAIN)
      .mmul(coefficients)
      .to1DArray(),
  );
}

describe('cntk run', () => {
  test.each<{ args: string; spec: KernelSpec; name: string; ridge: number; targets: TargetCoding }>([
    {
      args: '--depth 3 --ridge 0.1',
      spec: { kernel: 'ntk', depth: 3, readout: 'gap', trained: 'hidden' },
      name: 'ntk-gap-d3-hidden',
      ridge: 0.1,
      targets: 'centred',
    },
    {
      args: '--depth 4 --readout vanilla --ridge 0.01 --targets one-hot',
      spec: { kernel: 'ntk', depth: 4, readout: 'vanilla', trained: 'all' },
      name: 'ntk-vanilla-d4-all',
      ridge: 0.01,
      targets: 'one-hot',
    },
    {
      args: '--kernel nngp --depth 2 --readout lap:2',
      spec: { kernel: 'nngp', depth: 2, readout: 'lap:2' },
      name: 'nngp-lap2-d2',
      ridge: 0,
      targets: 'centred',
    },
  ])('$name gives the scores of the definition', async ({ args, spec, name, ridge, targets }) => {
    const out = `run-${name}`;
    const { stdout } = await succeed(
      ...`run --train train.npy --test test.npy ${args} --json --out ${out}`.split(' '),
    );
    const report = JSON.parse(stdout) as Report;
    expect(await read(`${out}/report.json`)).toBe(stdout);
    expect((await readdir(join(folder, out))).sort()).toEqual(FILES);

    const expected = await referenceScores(spec, ridge, targets);
    const scores = await readNpy(join(folder, out, 'scores.npy'));
    expect(scores).toMatchObject({ descr: '<f8', shape: [TEST, 10] });
    const error = Math.max(...expected.map((value, i) => Math.abs(scores.data[i] - value)));
    // Float32 kernels (2e-6) times a condition of at most 1e3.
    expect(error).toBeLessThan(1e-3);
    const predictions = await readNpy(join(folder, out, 'predictions.npy'));
    expect(predictions).toMatchObject({ descr: '<i4', shape: [TEST] });
    expect([...predictions.data]).toEqual([...argmax(expected, 10)]);

    const { labels } = await digits(TRAIN, TRAIN + TEST);
    const correct = labels.filter((label, i) => label === predictions.data[i]).length;
    expect(report).toMatchObject({ correct, accuracy: correct / TEST, ridge, kernel: { name } });
    expect(report.counts).toEqual({ train: TRAIN, test: TEST, classes: 10 });
    expect(report.relativeResidual).toBeLessThan(1e-10);
    expect(report.iterations).toBeGreaterThan(0);
    expect(report.conditionEstimate).toBeGreaterThan(1);
    expect(report.elementLayersPerSecond).toBeGreaterThan(0);
    expect(report.confusion!.reduce((sum, { count }) => sum + count, 0)).toBe(TEST);
    expect(report.device.name).not.toBe('');
    const phases = ['load', 'compile', 'trainKernel', 'solve', 'testKernel', 'predict', 'total'];
    expect(Object.keys(report.timingsMs)).toEqual(phases);
    for (const phase of phases) expect(report.timingsMs[phase]).toBeGreaterThan(0);
  });

  test('prints the table that it stores, and with --quiet nothing else', async () => {
    const args = 'run --train train.npy --test test.npy --depth 3 --out table --quiet';
    const { stdout, stderr } = await succeed(...args.split(' '));
    expect(stderr).toBe('');
    expect(stdout).toBe(await read('table/table.txt'));
    expect(stdout).toMatch(/^accuracy \d+\.\d\d % \(\d of 8\), 95 % interval \d+\.\d\d … \d+\.\d\d %\n/);
    expect(stdout).toContain('confusion matrix');
  });

  test('says on stderr what it does', async () => {
    const { stderr } = await succeed(
      ...'run --train train.npy --test test.npy --depth 3 --out progress'.split(' '),
    );
    expect(stderr).toMatch(/^12 training and 8 test images of 1×4×4, ntk-gap-d3-hidden$/m);
    expect(stderr).toMatch(/^device: .+$/m);
    expect(stderr).toMatch(/^kernel train × train: .* G element-layers\/s$/m);
    expect(stderr).toMatch(/^written to progress$/m);
  });

  test('counts and first images select', async () => {
    await writeDigits('all', 0, 30);
    await succeed(
      ...'run --train all.npy --first 2 --train-count 9 --test all.npy --test-first 20 --test-count 3 --depth 3 --out part'.split(
        ' ',
      ),
    );
    await writeDigits('part-train', 2, 11);
    await writeDigits('part-test', 20, 23);
    await succeed(...'run --train part-train.npy --test part-test.npy --depth 3 --out whole'.split(' '));
    const [part, whole] = await Promise.all(
      ['part', 'whole'].map((out) => readNpy(join(folder, out, 'scores.npy'))),
    );
    expect(part.shape[0]).toBe(3);
    expect(part).toEqual(whole);
  });

  test('several files are one set, and labels may stand in a file of their own', async () => {
    await writeDigits('one', 0, 5, false);
    await writeDigits('two', 5, TRAIN, false);
    await succeed(
      ...'run --train one.npy --train two.npy --train-labels train-labels.npy --test test.npy --depth 3 --out files'.split(
        ' ',
      ),
    );
    await succeed(...'run --train train.npy --test test.npy --depth 3 --out file'.split(' '));
    const [several, single] = await Promise.all(
      ['files', 'file'].map((out) => readNpy(join(folder, out, 'scores.npy'))),
    );
    expect(several).toEqual(single);
  });

  test('without test labels there are predictions only', async () => {
    await writeDigits('unlabelled', TRAIN, TRAIN + TEST, false);
    const { stdout, stderr } = await succeed(
      ...'run --train train.npy --test unlabelled.npy --depth 3 --json --out unlabelled'.split(' '),
    );
    expect(stderr).toContain('predictions only');
    const report = JSON.parse(stdout) as Report;
    expect(report.accuracy).toBeUndefined();
    expect((await readNpy(join(folder, 'unlabelled/predictions.npy'))).shape).toEqual([TEST]);
  });

  test('an existing folder gets the new results and keeps other files', async () => {
    await mkdir(join(folder, 'again'));
    await writeFile(join(folder, 'again/notes.txt'), 'mine');
    await writeFile(join(folder, 'again/report.json'), 'old');
    const { stdout } = await succeed(
      ...'run --train train.npy --test test.npy --depth 3 --json --out again'.split(' '),
    );
    expect((await readdir(join(folder, 'again'))).sort()).toEqual(['notes.txt', ...FILES].sort());
    expect(await read('again/report.json')).toBe(stdout);
  });

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s ends a run and leaves nothing', async (signal, status) => {
    await writeDigits('many', 0, 1000);
    await mkdir(join(folder, `kept-${signal}`));
    await writeFile(join(folder, `kept-${signal}/report.json`), 'old');
    for (const out of [`ended-${signal}/deep/out`, `kept-${signal}`]) {
      const child = startCli(
        ...`run --train many.npy --test test.npy --depth 60 --json --out ${out}`.split(' '),
      );
      child.stderr!.on('data', (text: Buffer) => {
        if (text.toString().includes('kernel train × train')) child.kill(signal);
      });
      const { stdout, stderr, ...result } = await resultOf(child);
      if (result.status !== status) throw new Error(`status ${result.status}: ${stderr}`);
      expect(stdout).toBe('');
      expect(stderr).toMatch(/cntk: (interrupted|terminated); nothing was written\n$/);
    }
    expect(await readdir(folder)).not.toContain(`ended-${signal}`);
    expect(await readdir(join(folder, `kept-${signal}`))).toEqual(['report.json']);
    expect(await read(`kept-${signal}/report.json`)).toBe('old');
  });

  test('a kernel that is not positive definite fails with the remedy and leaves nothing', async () => {
    await writeDigits('twice-a', 0, 4, false);
    await copyFile(join(folder, 'twice-a.npy'), join(folder, 'twice-b.npy'));
    await writeDigits('labels-of-eight', 0, 8);
    const result = await cli(
      ...'run --train twice-a.npy twice-b.npy --train-labels labels-of-eight-labels.npy --test test.npy --depth 3 --out twice'.split(
        ' ',
      ),
    );
    expect(result).toMatchObject({ status: 1, stdout: '' });
    expect(result.stderr).toMatch(/^cntk: .*n = 8.*a larger ridge: .* \(--ridge [\d.e-]+\)$/m);
    expect(await readdir(folder)).not.toContain('twice');
  });
});

test('values too small for float32 are warned of, by run and by fit', async () => {
  const pixels = Float32Array.from({ length: 6 * 4 }, (_, at) => Math.sin(1 + 12.9898 * at));
  await writeNpy(join(folder, 'tiny.npy'), [6, 2, 2], pixels);
  await writeNpy(join(folder, 'tiny-labels.npy'), [6], Uint8Array.from([0, 1, 0, 1, 0, 1]));
  const kernel = '--readout vanilla --ridge 1e-3 --quiet --depth'.split(' ');
  const run = 'run --train tiny.npy --test tiny.npy --out tiny'.split(' ');
  const fit = 'fit --train tiny.npy --out model'.split(' ');
  const tooSmall = /warning: \d+ values are too small for float32, the first that of ntk-vanilla-d126/;
  for (const command of [run, fit]) {
    expect((await succeed(...command, ...kernel, '126')).stderr).toMatch(tooSmall);
    // The control: few layers leave nothing to say.
    expect((await succeed(...command, ...kernel, '5')).stderr).not.toMatch(/too small/);
  }
});
