import { roughWarning } from '../network/exact-pairs.js';
import { createHash } from 'node:crypto';
import { ArgumentError } from '../checks/arguments.js';
import { className } from '../checks/class-name.js';
import type { OpenGpu } from '../gpu/dawn/open-gpu.js';
import type { ImageFiles, LabelledImages } from '../data/load.js';
import { assertOneScale } from '../data/one-scale.js';
import type { ImageSource } from '../data/sources.js';
import { checkImages } from '../images/image-checks.js';
import { normalizeBy } from '../images/normalize.js';
import type { ImageStack } from '../images/images.js';
import { prepareKernels, type PreparedKernels } from '../planning/prepare-kernels.js';
import type { PrepareOptions } from '../planning/prepare-run.js';
import { SILENT } from '../progress/reporter.js';
import { predictScores } from '../regression/classify.js';
import { assertModelShape } from './fit-model.js';
import type { KeptModel } from './kept-model.js';
import { statisticsOf } from './model-manifest.js';
import { posteriorOf, priorOf } from './model-variance.js';
import { columnCount } from './model-targets.js';
import type { Posterior } from '../regression/posterior.js';

/** New images at a time: what is in memory, and what is lost when a run is stopped. */
export const CHUNK_IMAGES = 512;

/** Scores of some of the new images. */
export interface ScoredChunk {
  /** Index of the first image. */
  readonly first: number;
  readonly scores: Float64Array; // [count][columns], of the regression
  /** The variance of every target, its noise included, by a model that gives variances, [count][columns]. */
  readonly variances?: Float64Array;
  /** The images, with labels where there are some. */
  readonly set: LabelledImages;
}

/** Where scores are kept while a run lasts, by the images that they belong to. */
export interface KeptScores {
  /** Those that were put there by this name; undefined if there are none. */
  get(name: string): Promise<Float64Array | undefined>;
  put(name: string, scores: Float64Array): Promise<void>;
}

export interface PredictImagesOptions extends PrepareOptions {
  readonly memoryBytes?: number;
  readonly first?: number;
  readonly count?: number;
  readonly chunkImages?: number;
  /** What a stopped run left is taken from there. */
  readonly kept?: KeptScores;
}

/** The scores of `library/models`, whose arguments are right. */
export async function* predictImages(
  opened: OpenGpu,
  model: KeptModel,
  files: ImageFiles,
  options: PredictImagesOptions = {},
): AsyncGenerator<ScoredChunk> {
  const { memoryBytes, first = 0, count = files.count - first, kept, ...prepare } = options;
  const { chunkImages = CHUNK_IMAGES, ...rest } = prepare;
  const { signal, reporter = SILENT } = rest;
  const { manifest, images: train } = model;
  const sources: ImageSource[] = [];
  const k = columnCount(manifest.targets);
  const { variance } = manifest;
  const prior = variance && priorOf(model.kernel);
  let posterior: Posterior | undefined;
  let kernels: PreparedKernels | undefined;
  reporter.phase('predict');
  for (let at = first; at < first + count; at += chunkImages) {
    signal?.throwIfAborted();
    const set = await files.read({ first: at, count: Math.min(chunkImages, first + count - at) });
    assertModelShape(set.files.join(', '), manifest, set.images);
    sources.push(...set.sources.images);
    assertOneScale({ option: files.scaleOption, files: [...manifest.pixels, ...sources] });
    const images = normalizeBy(manifest.normalization, set.images, statisticsOf(manifest));
    checkImages(train, images);
    const name = `${at}-${chunkSha256(model, images)}`;
    const own = set.images.count;
    // Scores, and the variance of the function of each image.
    let found = await kept?.get(name);
    if (found?.length !== own * k + (variance ? own : 0)) {
      const requests = prior ? [model.kernel, prior] : [model.kernel];
      const grams = [{ rows: count, columns: train.count, symmetric: false }];
      const quiet = { ...rest, reporter: SILENT };
      kernels ??= await prepareKernels(opened, train, { requests, grams, memoryBytes }, quiet);
      const computed = await kernels.compute(images, { against: train, signal });
      const { matrices } = computed;
      const warning = roughWarning(computed);
      if (warning !== undefined) reporter.warn(warning);
      found = Float64Array.from(predictScores(matrices[0], model.coefficients, train.count, at));
      if (variance) {
        posterior ??= await posteriorOf(model, signal);
        const diagonal = await selfKernels(images, kernels, prior ? 1 : 0, signal);
        const test = { kernel: matrices[0], diagonal, ...(prior && { prior: matrices[1] }) };
        found = Float64Array.from([...found, ...(await posterior.variance(test))]);
      }
      await kept?.put(name, found);
    }
    const scores = found.slice(0, own * k);
    const ofFunction = found.subarray(own * k);
    const variances =
      variance &&
      scores.map((_, e) => variance.scales[e % k] * (ofFunction[Math.floor(e / k)] + variance.noise));
    yield { first: at, scores, ...(variances && { variances }), set };
    reporter.update((at + set.images.count - first) / count);
  }
  reporter.end();
}

/** The kernel of every image with itself: image by image, as pairs of different ones are not wanted. → [count] */
async function selfKernels(
  images: ImageStack,
  { compute }: PreparedKernels,
  request: number,
  signal?: AbortSignal,
): Promise<Float64Array> {
  const size = images.channels * images.height * images.width;
  const diagonal = new Float64Array(images.count);
  for (let i = 0; i < images.count; i++) {
    const one = { ...images, count: 1, data: images.data.slice(i * size, (i + 1) * size) };
    const { matrices } = await compute(one, { signal });
    [diagonal[i]] = matrices[request];
  }
  return diagonal;
}

/** A checksum of the model and the images: scores are those of no others. */
function chunkSha256({ manifest }: KeptModel, { data }: ImageStack): string {
  const { sha256, kernel, variance } = manifest;
  return createHash('sha256')
    .update(JSON.stringify([sha256, kernel, variance !== undefined]))
    .update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    .digest('hex')
    .slice(0, 32);
}

/** All that comes of a prediction, with the labels of the images where they have some. */
export interface GatheredPredictions {
  readonly scores: Float64Array; // [m][columns]
  /** The variances of a model that gives them, [m][columns]. */
  readonly variances: Float64Array | undefined;
  readonly truth: Pick<LabelledImages, 'classNames' | 'labelsAreNames' | 'outputs' | 'notes'> & {
    readonly labels?: Int32Array;
    readonly values?: Float64Array;
  };
}

/** Joins the parts of a prediction; of the images nothing is kept. @throws ArgumentError; what `predictImages` throws */
export async function gatherPredictions(chunks: AsyncIterable<ScoredChunk>): Promise<GatheredPredictions> {
  if (typeof (chunks as Partial<typeof chunks> | null | undefined)?.[Symbol.asyncIterator] !== 'function') {
    throw new ArgumentError(
      `gatherPredictions: chunks are ${className(chunks)}; what predictImages gives is wanted`,
    );
  }
  const parts: Float64Array[] = [];
  const spreads: Float64Array[] = [];
  const labels: Int32Array[] = [];
  const values: Float64Array[] = [];
  let facts: GatheredPredictions['truth'] = {};
  for await (const { scores, variances, set } of chunks) {
    parts.push(scores);
    if (variances) spreads.push(variances);
    if (set.labels) labels.push(set.labels);
    if (set.values) values.push(set.values);
    const { classNames, labelsAreNames, outputs, notes } = set;
    facts = { classNames, labelsAreNames, outputs, notes };
  }
  return {
    scores: joined(Float64Array, parts),
    variances: spreads.length > 0 ? joined(Float64Array, spreads) : undefined,
    truth: {
      ...facts,
      ...(labels.length > 0 && { labels: joined(Int32Array, labels) }),
      ...(values.length > 0 && { values: joined(Float64Array, values) }),
    },
  };
}

function joined<T extends Float64Array | Int32Array>(
  Type: new (length: number) => T,
  parts: readonly T[],
): T {
  const whole = new Type(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
