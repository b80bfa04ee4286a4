import { InputError } from '../checks/input-error.js';
import type { LabelledImages } from '../data/load.js';
import { classesOf, encodeTargets, type TargetCoding } from '../regression/targets.js';

/** What the targets of a model are, and how scores become predictions. */
export type ModelTargets =
  | {
      readonly kind: 'classes';
      readonly coding: TargetCoding;
      /** Column c of the scores is that of label classes[c]. */
      readonly classes: readonly number[];
      /** The names of these classes, [classes]. */
      readonly names?: readonly string[];
      /** Only the names are to be compared with those of other images: numbers were given here. */
      readonly areNames?: boolean;
    }
  | {
      /** k independent outputs, each yes or no. */
      readonly kind: 'multi-label';
      readonly outputs: number;
      /** How no is written: 0, or -1. Yes is 1. */
      readonly no: 0 | -1;
    }
  | {
      /** k numbers; the regression is of what they are more than their means, [k]. */
      readonly kind: 'real';
      readonly outputs: number;
      readonly means: readonly number[];
    };

/** What the command line calls the kinds. */
export const TARGET_KINDS = ['centred', 'one-hot', 'multi-label', 'real'] as const;
export type TargetKind = (typeof TARGET_KINDS)[number];

/** Whether such targets are numbers, as `loadImages` gives with `labelsAs: 'values'`. */
export function areValues(kind: TargetKind): kind is 'multi-label' | 'real' {
  return kind === 'multi-label' || kind === 'real';
}

/** Columns of targets, coefficients and scores. */
export function columnCount(targets: ModelTargets): number {
  return targets.kind === 'classes' ? targets.classes.length : targets.outputs;
}

/**
 * The targets of training images, and their matrix Y [n][columns].
 *
 * @throws InputError for images without labels, and for labels of another kind
 */
export function trainingTargets(
  set: LabelledImages,
  kind: TargetKind,
): { targets: ModelTargets; y: Float64Array } {
  const file = set.files.join(', ');
  if (!areValues(kind)) {
    const { labels, classNames, labelsAreNames } = set;
    if (labels === undefined) throw withoutLabels(file);
    const classes = classesOf(labels);
    const names = classNames && classes.map((label) => classNames[label] ?? String(label));
    return {
      targets: {
        kind: 'classes',
        coding: kind,
        classes,
        ...(names && { names }),
        ...(labelsAreNames === true && { areNames: true }),
      },
      y: encodeTargets(labels, classes, kind),
    };
  }
  const { values, outputs = 1 } = set;
  if (values === undefined) throw withoutLabels(file);
  if (kind === 'multi-label') {
    const no = assertTwoValued(values, outputs, file);
    return { targets: { kind, outputs, no }, y: values.map((value) => (value === 1 ? 1 : -1)) };
  }
  const n = values.length / outputs;
  const means = Array.from({ length: outputs }, (_, c) => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += values[i * outputs + c];
    return sum / n;
  });
  return { targets: { kind, outputs, means }, y: values.map((value, e) => value - means[e % outputs]) };
}

/** The value that stands for no. @throws InputError */
export function assertTwoValued(values: Float64Array, outputs: number, file: string): 0 | -1 {
  const no = values.includes(-1) ? -1 : 0;
  const wrong = values.findIndex((value) => value !== 1 && value !== no);
  if (wrong < 0) return no;
  throw new InputError(
    file,
    `the labels of several outputs are 1 and ${no}, but that of image ${Math.floor(wrong / outputs)}, output ${wrong % outputs} is ${values[wrong]}`,
    { option: 'targets real' },
  );
}

function withoutLabels(file: string): InputError {
  return new InputError(
    file,
    'training images need labels, and none were found beside them; name their file',
    {
      option: 'train-labels FILE',
    },
  );
}
