import { InputError } from '../checks/input-error.js';
import { isOfNetwork, type KernelRequest } from '../planning/kernel-request.js';
import { isIndefinite } from '../classification/definite-fit.js';
import { Posterior } from '../regression/posterior.js';
import { relativeRidge, type RidgeAmount } from '../regression/ridge-amount.js';
import { TOLERANCES } from '../regression/tolerances.js';
import type { KeptModel, TrainingKernels } from './kept-model.js';
import type { TargetKind } from './model-targets.js';

/** What chooses one of several ridges. */
export const RIDGE_CRITERIA = ['leave-one-out', 'likelihood'] as const;
export type RidgeCriterion = (typeof RIDGE_CRITERIA)[number];

/** @throws InputError where variances, or likelihoods, are not to be had */
export function assertVariance(
  count: number,
  kind: TargetKind,
  variance: boolean,
  chooseBy: RidgeCriterion,
): void {
  if (!variance && chooseBy === 'leave-one-out') return;
  const what = variance ? 'variances are' : 'the marginal likelihood is';
  if (kind !== 'real') {
    throw new InputError('targets', `${what} of a regression of numbers, but the targets are ${kind}`, {
      option: 'targets real',
    });
  }
  if (count > TOLERANCES.hostRows) {
    throw new InputError(
      'training images',
      `${what} computed in float64 on the host, from ${TOLERANCES.hostRows} images at the most, but these are ${count}; use fewer`,
      { option: `train-count ${TOLERANCES.hostRows}` },
    );
  }
}

/** The kernel of the networks before training, which the variance of trained ones needs; undefined for the NNGP itself. */
export function priorOf(kernel: KernelRequest): KernelRequest | undefined {
  if (kernel.kernel === 'nngp') return undefined;
  if (isOfNetwork(kernel)) return { ...kernel, kernel: 'nngp' };
  const { depth, readout } = kernel;
  return { kernel: 'nngp', depth, readout };
}

function meanDiagonal(kernel: Float32Array): number {
  const n = Math.sqrt(kernel.length);
  let sum = 0;
  for (let i = 0; i < n; i++) sum += kernel[i * (n + 1)];
  return sum / n;
}

/**
 * The ridge with the largest marginal likelihood, each at its likeliest scale of the kernel; of several columns of
 * targets the sum counts.
 *
 * @throws NotPositiveDefiniteError of the last one if no ridge makes the kernel positive definite
 */
export async function likeliestRidge(
  kernel: Float32Array,
  targets: Float64Array,
  ridges: readonly RidgeAmount[],
  signal?: AbortSignal,
): Promise<number> {
  const mean = meanDiagonal(kernel);
  let best: { ridge: number; likelihood: number } | undefined;
  let failure: unknown;
  for (const amount of ridges) {
    const ridge = relativeRidge(amount, mean);
    try {
      const posterior = await Posterior.of({ kernel, targets, noise: ridge * mean, signal });
      let likelihood = 0;
      for (const [c, scale] of posterior.likeliestScales().entries())
        likelihood += posterior.logMarginalLikelihood(scale)[c];
      if (!(best && best.likelihood >= likelihood)) best = { ridge, likelihood };
    } catch (error) {
      if (!isIndefinite(error)) throw error;
      failure = error;
    }
  }
  if (best === undefined) throw failure;
  return best.ridge;
}

/** What model.json keeps: scales of kernel and noise, the likeliest ones under the prior, [columns]. */
export async function varianceFacts(
  { kernel, prior = kernel }: TrainingKernels,
  targets: Float64Array,
  ridge: number,
  signal?: AbortSignal,
): Promise<{ scales: number[]; noise: number }> {
  const noise = ridge * meanDiagonal(prior);
  const posterior = await Posterior.of({ kernel: prior, targets, noise, signal });
  return { scales: [...posterior.likeliestScales()], noise };
}

/** The posterior of a model that was fitted with variances. @throws InputError if it was fitted without */
export async function posteriorOf(model: KeptModel, signal?: AbortSignal): Promise<Posterior> {
  const { kernels, manifest, coefficients } = model;
  if (kernels === undefined) {
    throw new InputError('model', 'was fitted without what variances need; fit it again with them');
  }
  const { kernel, prior } = kernels;
  // Variances do not depend on the targets.
  const targets = new Float64Array(coefficients.length);
  const noise = manifest.ridge * meanDiagonal(kernel);
  return await Posterior.of({ kernel, targets, noise, ...(prior && { prior }), signal });
}

/** How well predicted variances fit what came. */
export interface Calibration {
  /** Share of the targets within mean ± 1.96 standard deviations. */
  readonly coverage95: number;
  /** Mean of ½ (y − mean)² / variance + ½ log(2π variance). */
  readonly negativeLogLikelihood: number;
}

/** values, means, variances [m][k] → over all of them. */
export function calibrationOf(
  values: Float64Array,
  means: Float64Array,
  variances: Float64Array,
): Calibration {
  let [inside, sum] = [0, 0];
  for (const [e, value] of values.entries()) {
    const square = (value - means[e]) ** 2 / variances[e];
    if (square <= 1.959964 ** 2) inside++;
    sum += 0.5 * (square + Math.log(2 * Math.PI * variances[e]));
  }
  return { coverage95: inside / values.length, negativeLogLikelihood: sum / values.length };
}
