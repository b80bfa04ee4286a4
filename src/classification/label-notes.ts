import { classesOf } from '../regression/targets.js';

/** More labels than this are listed by their number alone. */
const LISTED = 10;

/** What the user should know of the labels of a classification, a sentence each. */
export function labelNotes(
  train: ArrayLike<number>,
  test?: ArrayLike<number>,
  classNames?: readonly string[],
): string[] {
  const nameOf = (label: number) => classNames?.[label] ?? label;
  const classes = classesOf(train);
  const notes: string[] = [];
  if (classes.length === 1) {
    notes.push(`every training image is of class ${nameOf(classes[0])}: every prediction will be that class`);
  }
  if (classes.length > LISTED && classes.length > train.length / 2) {
    notes.push(
      `${classes.length} classes among ${train.length} training images: labels are numbers of classes; ` +
        `are these values to be predicted (regression), which is not what is done here?`,
    );
  }
  if (classes[0] === -1 && classes.length > 2) {
    notes.push(
      `some training images have the label -1 beside ${classes[1]} … ${classes.at(-1)}: it often says that an image has no label, but is a class here; leave those images out if it does`,
    );
  }
  const known = new Set(classes);
  const unknown = test ? Array.from(test).filter((label) => !known.has(label)) : [];
  if (test && unknown.length > 0) {
    const labels = classesOf(unknown);
    const listed = labels.slice(0, LISTED).map(nameOf).join(', ') + (labels.length > LISTED ? ', …' : '');
    notes.push(
      `${unknown.length} of ${test.length} test images are of a class that no training image has (${listed}): ` +
        `only classes of training images are predicted, so each of these counts as an error`,
    );
  }
  return notes;
}
