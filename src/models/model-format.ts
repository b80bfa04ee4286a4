import * as v from 'valibot';
import { kernelEntry } from '../store/computation-schema.js';
import type { Normalization } from '../images/normalize.js';
import { MODEL_FORMAT } from './model-manifest.js';

const finite = v.pipe(v.number(), v.finite());
const count = v.pipe(v.number(), v.integer(), v.minValue(1));
const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));

const classes = v.object({
  kind: v.literal('classes'),
  coding: v.picklist(['centred', 'one-hot']),
  classes: v.pipe(v.array(v.pipe(v.number(), v.integer())), v.minLength(1)),
  names: v.optional(v.array(v.string())),
  areNames: v.optional(v.boolean()),
});
const multiLabel = v.object({
  kind: v.literal('multi-label'),
  outputs: count,
  no: v.picklist([0, -1]),
});
const real = v.object({ kind: v.literal('real'), outputs: count, means: v.array(finite) });

/** How the pixels of a training file were read: those of new images are to be on the same scale. */
const pixels = v.object({
  file: v.string(),
  dtype: v.string(),
  scale: v.union([v.literal('auto'), finite]),
  dividedBy: finite,
  count,
  range: v.tuple([finite, finite]),
  meanSize: finite,
  integers: v.boolean(),
});

/** What model.json holds. Fields of later versions may be more. */
export const modelSchema = v.looseObject({
  format: v.literal('cntk-model'),
  formatVersion: v.literal(MODEL_FORMAT),
  version: v.string(),
  kernel: kernelEntry,
  normalization: v.picklist(['none', 'unit', 'standardize'] satisfies Normalization[]),
  statistics: v.optional(v.object({ mean: v.array(finite), standardDeviation: v.array(finite) })),
  targets: v.variant('kind', [classes, multiLabel, real]),
  /** In units of the mean of the diagonal. */
  ridge: finite,
  imageShape: v.tuple([count, count, count]),
  count,
  pixels: v.array(pixels),
  sha256: v.object({ images: sha256, coefficients: sha256 }),
  /** What kernels and noise are multiplied by in a model that gives variances, [columns]. */
  variance: v.optional(v.object({ scales: v.array(finite), noise: finite })),
});

/** What is looked at before all else: another version is named, whatever else its fields are. */
export const versionSchema = v.looseObject({
  format: v.literal('cntk-model'),
  formatVersion: v.number(),
  version: v.string(),
});
