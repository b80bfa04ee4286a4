import { createHash } from 'node:crypto';
import { assertOpenGpu, type OpenGpu } from '../gpu/dawn/open-gpu.js';
import type { ImageFiles, LabelledImages } from '../data/load.js';
import { assertOneScale } from '../data/one-scale.js';
import type { ImageSource } from '../data/sources.js';
import { checkImages } from '../images/image-checks.js';
import { normalizeBy } from '../images/normalize.js';
import type { ImageStack } from '../images/images.js';
import { prepareKernels } from '../planning/prepare-kernels.js';
import type { PrepareOptions } from '../planning/prepare-run.js';
import { SILENT } from '../progress/reporter.js';
import { predictScores } from '../regression/classify.js';
import { assertModelShape } from './fit-model.js';
import type { KeptModel } from './kept-model.js';
import { statisticsOf } from './model-format.js';
import { columnCount } from './model-targets.js';

/** New images at a time: what is in memory, and what is lost when a run is stopped. */
export const CHUNK_IMAGES = 512;

/** Scores of some of the new images. */
export interface ScoredChunk {
  /** Index of the first image. */
  readonly first: number;
  readonly scores: Float64Array; // [count][columns], of the regression
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

/**
 * Scores of new images by a model, exactly as if they had been test images of the fit: the kernel of a pair depends on
 * that pair alone. They are read and computed some at a time; what `kept` holds of them is not computed again.
 *
 * @throws InputError for images of another shape or scale than the training images; what `computeGram` throws
 */
export async function* predictImages(
  opened: OpenGpu,
  model: KeptModel,
  files: ImageFiles,
  options: PredictImagesOptions = {},
): AsyncGenerator<ScoredChunk> {
  assertOpenGpu('predictImages', opened);
  const { memoryBytes, first = 0, count = files.count - first, kept, ...prepare } = options;
  const { chunkImages = CHUNK_IMAGES, ...rest } = prepare;
  const { signal, reporter = SILENT } = rest;
  const { manifest, images: train } = model;
  const sources: ImageSource[] = [];
  let kernels: Awaited<ReturnType<typeof prepareKernels>> | undefined;
  reporter.phase('predict');
  for (let at = first; at < first + count; at += chunkImages) {
    signal?.throwIfAborted();
    const set = await files.read({ first: at, count: Math.min(chunkImages, first + count - at) });
    assertModelShape(set.files.join(', '), manifest, set.images);
    sources.push(...set.sources.images);
    assertOneScale({ option: '--scale', files: [...manifest.pixels, ...sources] });
    const images = normalizeBy(manifest.normalization, set.images, statisticsOf(manifest));
    checkImages(train, images);
    const name = `${at}-${chunkSha256(model, images)}`;
    let scores = await kept?.get(name);
    if (scores?.length !== images.count * columnCount(manifest.targets)) {
      kernels ??= await prepareKernels(
        opened,
        train,
        {
          requests: [model.kernel],
          grams: [{ rows: count, columns: train.count, symmetric: false }],
          memoryBytes,
        },
        { ...rest, reporter: SILENT },
      );
      const gram = await kernels.compute(images, { against: train, signal });
      scores = predictScores(gram.matrices[0], model.coefficients, train.count, at);
      await kept?.put(name, scores);
    }
    yield { first: at, scores, set };
    reporter.update((at + set.images.count - first) / count);
  }
  reporter.end();
}

/** Of the model and the images: scores are those of no others. */
function chunkSha256({ manifest }: KeptModel, { data }: ImageStack): string {
  const { sha256, kernel } = manifest;
  return createHash('sha256')
    .update(JSON.stringify([sha256, kernel]))
    .update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    .digest('hex')
    .slice(0, 32);
}
