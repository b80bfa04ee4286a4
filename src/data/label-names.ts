/** What stands for the images in a name, with the names' usual separators around short ones. */
const IMAGES = /images?|(?<![a-z0-9])(?:x|data)(?![a-z0-9])/gi;
const LABELS = ['labels', 'label', 'y', 'targets', 'target'];
/** A name that says labels and nothing else. */
export const PLAIN_LABELS = new RegExp(`^(?:${LABELS.join('|')})$`, 'i');
const LABELS_WITHIN = new RegExp(`(?<![a-z0-9])(?:${LABELS.join('|')})(?![a-z0-9])`, 'i');

/** The name says images: images, x, X, data, x_train, test-images, … */
export function namesImages(name: string): boolean {
  return name.search(IMAGES) >= 0;
}

/** The name says labels: labels, y, Y_test, train-labels, … */
export function namesLabels(name: string): boolean {
  return LABELS_WITHIN.test(name);
}

/**
 * Names that the labels of these images may have: images → labels, x_train → y_train, and so on.
 *
 * IDX files number their axes in their names too: train-images-idx3-ubyte → train-labels-idx1-ubyte.
 */
export function labelNames(images: string): string[] {
  const names = new Set<string>();
  for (const match of images.matchAll(IMAGES)) {
    const [before, after] = [images.slice(0, match.index), images.slice(match.index + match[0].length)];
    const ends = /idx[34]/.test(after) ? after.replace(/idx[34]/, 'idx1') : after;
    for (const label of LABELS) {
      names.add(before + label + ends);
      if (/^[A-Z]/.test(match[0])) names.add(before + label.charAt(0).toUpperCase() + label.slice(1) + ends);
    }
  }
  names.delete(images);
  return [...names];
}
