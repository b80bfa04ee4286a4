// Plan: posterior mean, variance and likelihood are those of scikit-learn's GaussianProcessRegressor with the same fixed
// kernel, and of the published formula for trained ensembles (test/fixtures/make-posterior.py wrote both); what is no
// kernel is refused.
import { readFileSync } from 'node:fs';
import {
  averagePrecision,
  evaluateMultiLabel,
  evaluateRegression,
} from '../../src/models/evaluate-values.js';
import { Posterior } from '../../src/regression/posterior.js';

interface Expected extends Record<string, number | readonly number[]> {
  readonly noise: number;
  readonly r2: number;
  readonly rmse: number;
  readonly mae: number;
}

const expected = JSON.parse(
  readFileSync(new URL('../fixtures/posterior.json', import.meta.url), 'utf8'),
) as Expected;
const numbers = (name: string) => Float64Array.from(expected[name] as readonly number[]);

function expectClose(found: ArrayLike<number>, wanted: ArrayLike<number>, tolerance = 1e-9): void {
  expect(found).toHaveLength(wanted.length);
  const worst = Math.max(...Array.from(found, (value, i) => Math.abs(value - wanted[i])));
  expect(worst <= tolerance).toBe(true);
}

const { noise } = expected;

test("a Gaussian process: mean, variance and likelihood of scikit-learn's", async () => {
  const posterior = await Posterior.of({ kernel: numbers('kernel'), targets: numbers('targets'), noise });
  expectClose(posterior.mean(numbers('test')), numbers('mean'));
  expectClose(
    await posterior.variance({ kernel: numbers('test'), diagonal: numbers('diagonal') }),
    numbers('variance'),
  );
  expectClose(posterior.logMarginalLikelihood(), numbers('logLikelihood'));
  // The likeliest scale is a maximum of the likelihood of each column.
  for (const [c, scale] of posterior.likeliestScales().entries()) {
    const at = (factor: number) => posterior.logMarginalLikelihood(scale * factor)[c];
    expect(at(1)).toBeGreaterThan(Math.max(at(0.99), at(1.01)));
  }
});

test('an ensemble of trained networks: the formula of Lee et al.', async () => {
  const posterior = await Posterior.of({
    ...{ kernel: numbers('ntk'), prior: numbers('kernel'), targets: numbers('targets'), noise },
  });
  expectClose(posterior.mean(numbers('ntkTest')), numbers('ensembleMean'));
  const test = { kernel: numbers('ntkTest'), diagonal: numbers('diagonal') };
  expectClose(await posterior.variance({ ...test, prior: numbers('test') }), numbers('ensembleVariance'));
  await expect(posterior.variance(test)).rejects.toThrow(/both or neither/);
});

test('without noise nothing is uncertain at a training image', async () => {
  const [kernel, targets] = [numbers('kernel'), numbers('targets')];
  const posterior = await Posterior.of({ kernel, targets, noise: 0 });
  const first = kernel.subarray(0, 12);
  expectClose(posterior.mean(first), targets.subarray(0, 2), 1e-6);
  expectClose(await posterior.variance({ kernel: first, diagonal: [kernel[0]] }), [0], 1e-6);
});

test('what is no kernel, no noise, or of other sizes is refused', async () => {
  const targets = [1, 2];
  await expect(Posterior.of({ kernel: [1, 2, 2, 1], targets, noise: 0 })).rejects.toThrow(
    /not positive definite|pivot/,
  );
  await expect(Posterior.of({ kernel: [1, NaN, 0, 1], targets, noise: 0 })).rejects.toThrow(/NaN/);
  for (const wrong of [-1, NaN, Infinity])
    await expect(Posterior.of({ kernel: [1, 0, 0, 1], targets, noise: wrong })).rejects.toThrow(/noise is/);
  const posterior = await Posterior.of({ kernel: [2, 0, 0, 2], targets, noise: 0 });
  expect(() => posterior.mean([1, 2, 3])).toThrow(/no rows of 2/);
  await expect(posterior.variance({ kernel: [1, 0], diagonal: [1, 1] })).rejects.toThrow(/2 prior variances/);
});

test("average precision, R², RMSE and MAE are scikit-learn's", () => {
  const [truth, scores] = [numbers('truth'), numbers('scores')];
  const report = evaluateMultiLabel(truth, scores, 3);
  const found = report.perOutput.map((one) => one.averagePrecision);
  expectClose(found.slice(0, 2), numbers('averagePrecision'));
  expect(found[2]).toBeNaN();
  expectClose([report.meanAveragePrecision], [(found[0] + found[1]) / 2]);
  const right = Array.from(truth).filter((value, e) => (value === 1) === scores[e] > 0).length;
  expectClose([report.accuracy], [right / 60]);
  expect(averagePrecision([true, false], [0, 0])).toBe(0.5);
  const { r2, rmse, mae } = evaluateRegression(numbers('values'), numbers('guesses'), 2);
  expectClose([r2, rmse, mae], [expected.r2, expected.rmse, expected.mae]);
});
