import type { RunImages, Speech } from '../protocol.js';
import { element, thumbnail } from './dom.js';
import { nextFrame } from './frames.js';

/** So many classes are shown in one frame. */
const AT_ONCE = 5;

/**
 * Shows the classes by their scores, each with the training images that speak loudest for it. What stood in the list is
 * replaced one by one: it keeps its height.
 *
 * @param most Classes that are shown: those with the largest scores.
 */
export async function showVoices(
  list: HTMLElement,
  speech: Speech,
  images: RunImages,
  most: number,
): Promise<void> {
  const { scores } = speech;
  const order = [...scores.keys()].sort((a, b) => scores[b] - scores[a]).slice(0, most);
  for (const [i, c] of order.entries()) {
    if (i > 0 && i % AT_ONCE === 0) await nextFrame();
    const before = list.children.item(i);
    if (before === null) list.append(voice(speech, images, c));
    else before.replaceWith(voice(speech, images, c));
  }
  while (list.children.length > order.length) list.lastElementChild!.remove();
}

/** A list for `showVoices`. Read aloud it would take a minute: a screen reader hears the verdict, and may go through it. */
export function voiceList(): HTMLElement {
  return element('ol', { class: 'voices', 'aria-live': 'off' });
}

function voice(
  { scores, speakers, predicted }: Speech,
  { train, classNames }: RunImages,
  c: number,
): HTMLElement {
  const share = Math.max(0, Math.min(1, scores[c] / Math.max(...scores.map(Math.abs))));
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
  return element(
    'li',
    { class: c === predicted ? 'voice first' : 'voice' },
    element('span', { class: 'name', title: classNames[c] }, classNames[c]),
    element(
      'div',
      { class: 'bar' },
      element('span', {}, `score ${scores[c].toFixed(2).replace('-', '−')}`),
      element('div', { class: 'track', 'aria-hidden': 'true' }, fill),
    ),
    element('div', { class: 'speakers' }, ...images),
  );
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
