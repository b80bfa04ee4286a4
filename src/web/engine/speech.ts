import type { Model } from '../../index.js';
import type { Speaker, Speech } from '../protocol.js';

/** Training images that are shown for each class. */
const SPEAKERS = 5;

/**
 * The score of a class is Σ_i K(x, x_i) α_i over the training images: which of them add most to it.
 *
 * @param row K between the image and the training images, [n].
 */
export function speechOf(model: Model, row: Float32Array): Speech {
  const { n, classes, solution } = model;
  const { scores } = model.predict(row);
  const speakers = classes.map((_, c) => {
    const all = Array.from({ length: n }, (__, image): Speaker => {
      const kernel = row[image];
      return { image, kernel, contribution: kernel * solution.coefficients[image * classes.length + c] };
    });
    return all.sort((a, b) => b.contribution - a.contribution).slice(0, SPEAKERS);
  });
  return { predicted: scores.indexOf(Math.max(...scores)), scores: Array.from(scores), speakers };
}
