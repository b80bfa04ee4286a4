import { sheet, textLines } from '../../figures/document.js';
import { tag } from '../../figures/markup.js';
import { fitText, textWidth } from '../../figures/text.js';
import type { DepthResult, RunImages } from '../protocol.js';
import { byId, element } from './dom.js';

/** A table of more classes is no table that anybody reads: the most frequent mistakes stand in its place. */
const MOST_CLASSES = 20;
const MOST_MISTAKES = 15;

/** Which classes are taken for which. */
export class ConfusionCard {
  private readonly card = byId('confusion-card', HTMLElement);
  private images: RunImages | undefined;
  private counts: readonly (readonly number[])[] = [];

  start(images: RunImages): void {
    this.images = images;
    this.card.hidden = true;
  }

  show({ predicted }: DepthResult): void {
    const { classNames, testClasses } = this.images!;
    const counts = classNames.map(() => classNames.map(() => 0));
    for (const [i, truth] of testClasses.entries()) counts[truth][predicted[i]]++;
    this.counts = counts;
    const table = byId('confusion', HTMLTableElement);
    const isSmall = classNames.length <= MOST_CLASSES;
    table.replaceChildren(...(isSmall ? this.tableRows(classNames) : this.mistakes(classNames)));
    this.card.querySelector<HTMLElement>('[data-figure]')!.hidden = !isSmall;
    this.card.hidden = false;
  }

  private tableRows(names: readonly string[]): HTMLElement[] {
    const heading = (name: string, scope: string) => element('th', { scope, title: name }, name);
    const head = element(
      'tr',
      {},
      element('td', { class: 'none' }),
      ...names.map((name) => heading(name, 'col')),
    );
    const rows = this.counts.map((row, truth) => {
      const all = row.reduce((sum, count) => sum + count, 0);
      const cells = row.map((count, taken) => {
        const kind = count === 0 ? 'none' : taken === truth ? 'right' : 'wrong';
        const cell = element('td', { class: kind }, String(count));
        if (count > 0) {
          // The larger its share of the row, the stronger its colour.
          cell.classList.add(`step-${Math.round(1 + (3 * count) / all)}`);
          cell.title = `${count} of ${all} images of ${names[truth]} are taken for ${names[taken]}`;
        }
        return cell;
      });
      return element('tr', {}, heading(names[truth], 'row'), ...cells);
    });
    return [element('thead', {}, head), element('tbody', {}, ...rows)];
  }

  private mistakes(names: readonly string[]): HTMLElement[] {
    const all = this.counts.flatMap((row, truth) =>
      row.flatMap((count, taken) => (count > 0 && taken !== truth ? [{ truth, taken, count }] : [])),
    );
    const rows = all
      .sort((a, b) => b.count - a.count)
      .slice(0, MOST_MISTAKES)
      .map(({ truth, taken, count }) =>
        element(
          'tr',
          {},
          element('th', { scope: 'row' }, names[truth]),
          element('td', { class: 'wrong step-2' }, String(count)),
          element('th', {}, names[taken]),
        ),
      );
    return [element('tbody', {}, ...rows)];
  }

  /** The table as a figure that stands alone. */
  svg(title: string): string {
    const { classNames: names } = this.images!;
    const cell = 34;
    const left = 30 + Math.min(140, Math.max(...names.map((name) => textWidth(name, 13))));
    const top = 80;
    const size = names.length * cell;
    const cells = this.counts.flatMap((row, truth) => {
      const all = row.reduce((sum, count) => sum + count, 0);
      return row.map((count, taken) => {
        const [x, y] = [left + taken * cell, top + truth * cell];
        const fill = count === 0 ? '#f0f1f0' : truth === taken ? '#00745a' : '#b3261e';
        const box = { x: x + 1, y: y + 1, width: cell - 2, height: cell - 2, rx: 4, fill };
        const opacity = count === 0 ? 1 : 0.15 + (0.45 * count) / all;
        const text = { x: x + cell / 2, y: y + cell / 2, anchor: 'middle' } as const;
        return (
          tag('rect', { ...box, 'fill-opacity': opacity }) +
          (count === 0 ? '' : textLines([String(count)], text))
        );
      });
    });
    const labels = names.map((name, c) => {
      const at = c * cell + cell / 2;
      return (
        textLines([fitText(name, 140, 13)], { x: left - 8, y: top + at, anchor: 'end' }) +
        textLines([fitText(name, cell - 2, 13)], { x: left + at, y: top - 12, anchor: 'middle' })
      );
    });
    return sheet(
      title,
      left + size + 24,
      top + size + 20,
      textLines([title], { x: 16, y: 24, size: 16, bold: true }) +
        textLines(['rows: what they are; columns: what they are taken for'], { x: 16, y: 46 }) +
        cells.join('') +
        labels.join(''),
    );
  }
}
