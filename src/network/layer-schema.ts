import * as v from 'valibot';
import { shownJson } from '../text/quoted.js';

/** Larger windows and strides than any image need no support, only a bound that arithmetic survives. */
const MOST_PIXELS = 4096;

const count = (least: number) =>
  v.pipe(
    v.number((issue) => `${shownJson(issue.input)}: a whole number is needed`),
    v.check(
      (n) => Number.isInteger(n) && n >= least && n <= MOST_PIXELS,
      (issue) => `${shownJson(issue.input)}: a whole number from ${least} to ${MOST_PIXELS} is needed`,
    ),
  );

/** Float32 has to hold what a device makes of it. */
const real = (holds: (value: number) => boolean, range: string) =>
  v.pipe(
    v.number((issue) => `${shownJson(issue.input)}: a number is needed`),
    v.check(
      (value) => holds(value) && Math.abs(value) <= 1e6,
      (issue) => `${shownJson(issue.input)}: a number ${range} is needed`,
    ),
  );

const weights = {
  w: v.optional(real((value) => value >= 1e-6, 'from 1e-6 to 1e6')),
  b: v.optional(real((value) => value >= 0, 'from 0 to 1e6')),
  trained: v.optional(v.boolean((issue) => `${shownJson(issue.input)}: true or false is needed`)),
};

const padding = v.union(
  [v.picklist(['same', 'valid', 'circular']), count(0)],
  (issue) => `${shownJson(issue.input)}: use same, valid, circular or a number of pixels`,
);

/** Fields of every kind of layer. */
const fields = {
  conv: { size: count(1), stride: v.optional(count(1)), padding: v.optional(padding), ...weights },
  dense: weights,
  relu: { slope: v.optional(real(() => true, 'from −1e6 to 1e6')) },
  erf: {},
  gaussian: { gamma: v.optional(real((value) => value > 0, 'above 0, at most 1e6')) },
  identity: {},
  avgpool: { size: count(1), stride: v.optional(count(1)) },
  lap: { radius: count(0) },
  gap: {},
  flatten: {
    scale: v.optional(v.picklist(['sum', 'mean'], (issue) => `${shownJson(issue.input)}: use sum or mean`)),
  },
  residual: {
    branches: v.array(
      v.array(v.unknown(), 'a list of layers is needed, also of one layer, [{ … }], or of none, []'),
      'a list of lists of layers is needed',
    ),
  },
};

export type LayerName = keyof typeof fields;
export const LAYER_NAMES = Object.keys(fields) as LayerName[];

/** The fields that a layer of this name can have. */
export function fieldNames(name: LayerName): string[] {
  return Object.keys(fields[name]);
}

/** Checks the fields of one layer; those of a residual's branches are left to the caller. */
export function layerSchema(name: LayerName): v.GenericSchema<unknown, object> {
  return v.object({ layer: v.literal(name), ...fields[name] });
}
