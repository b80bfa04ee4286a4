import type { RunImages, Speech } from '../protocol.js';
import { element, thumbnail } from './dom.js';

/**
 * The classes by their scores, each with the training images that speak loudest for it.
 *
 * @param most Classes that are shown: those with the largest scores.
 */
export function voices(speech: Speech, { train, classNames }: RunImages, most: number): HTMLElement {
  const { scores, speakers } = speech;
  const order = [...scores.keys()].sort((a, b) => scores[b] - scores[a]).slice(0, most);
  const largest = Math.max(...scores.map(Math.abs));
  // Read aloud it would take a minute: a screen reader hears the verdict, and has the rest to go through.
  const list = element('ol', { class: 'voices', 'aria-live': 'off' });
  for (const c of order) {
    const share = Math.max(0, Math.min(1, scores[c] / largest));
    const fill = element('div', { class: 'fill' });
    fill.style.width = `${(100 * share).toFixed(1)}%`;
    const images = speakers[c].map(({ image, kernel, contribution }) => {
      const says = `training image ${image}, kernel ${short(kernel)}, adds ${short(contribution)}`;
      return element(
        'div',
        { class: 'speaker', title: says },
        thumbnail(train, image, says),
        // In two lines.
        `K ${short(kernel)}\n${signed(contribution)}`,
      );
    });
    list.append(
      element(
        'li',
        { class: c === speech.predicted ? 'voice first' : 'voice' },
        element('span', { class: 'name', title: classNames[c] }, classNames[c]),
        element(
          'div',
          { class: 'bar' },
          element('span', {}, `score ${scores[c].toFixed(2).replace('-', '−')}`),
          element('div', { class: 'track', 'aria-hidden': 'true' }, fill),
        ),
        element('div', { class: 'speakers' }, ...images),
      ),
    );
  }
  return list;
}

/** Three digits. */
function short(value: number): string {
  const size = Math.abs(value);
  const text = size !== 0 && (size < 0.01 || size >= 1e4) ? value.toExponential(1) : value.toPrecision(3);
  return text.replace('-', '−').replace('e+', 'e');
}

function signed(value: number): string {
  return value > 0 ? `+${short(value)}` : short(value);
}
