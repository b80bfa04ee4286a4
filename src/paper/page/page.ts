import { formatDuration } from '../../text/duration.js';
import { figureSvg } from '../../figures/figure.js';
import { escapeMarkup, tag } from '../../figures/markup.js';
import { describeFigure } from './describe-figure.js';
import { PAGE_STYLE } from './page-style.js';
import type { PaperFigure, PaperReport, PaperTable } from '../report.js';

const TITLE = 'On exact computation with an infinitely wide neural net: the paper reproduced';
/** Nothing is fetched and nothing is run, whatever a report holds. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

/**
 * One page of HTML that needs no other file.
 *
 * @param reports With the stems of their files, by which links name them. @param svgOf Draws a figure, or has it drawn.
 */
export function reportsPage(
  reports: readonly { readonly stem: string; readonly report: PaperReport }[],
  svgOf: (figure: PaperFigure) => string = figureSvg,
): string {
  const links = reports.map(({ stem, report }) =>
    tag('li', {}, tag('a', { href: `#${anchor(stem)}` }, escapeMarkup(headingOf(stem, report)))),
  );
  const sections = reports.map(({ stem, report }) =>
    section(anchor(stem), headingOf(stem, report), report, svgOf),
  );
  return [
    '<!DOCTYPE html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${TITLE}</title>`,
    `<style>${PAGE_STYLE}</style>`,
    '</head>',
    '<body>',
    '<header>',
    `<h1>${TITLE}</h1>`,
    '<p class="source">Arora, Du, Hu, Li, Salakhutdinov and Wang, NeurIPS 2019. Each section is one experiment: what it ' +
      'shows, how it was run, and the command that runs it again.</p>',
    '</header>',
    `<nav aria-label="Experiments"><ol>${links.join('')}</ol></nav>`,
    '<main>',
    ...sections,
    '</main>',
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

/** Several reports of one experiment are told apart by their files. */
function headingOf(stem: string, { experiment, title }: PaperReport): string {
  return stem === experiment ? title : `${title} (${stem})`;
}

/** Anything may be in a file's name. */
function anchor(stem: string): string {
  return `experiment-${encodeURIComponent(stem).replace(/%/g, '_')}`;
}

function section(
  id: string,
  heading: string,
  report: PaperReport,
  svgOf: (figure: PaperFigure) => string,
): string {
  const { source, command, notes, warnings = [], tables, figures } = report;
  return tag(
    'section',
    { id, 'aria-labelledby': `${id}-title` },
    [
      tag('h2', { id: `${id}-title` }, escapeMarkup(heading)),
      tag('p', { class: 'source' }, escapeMarkup(source)),
      ...tables.map(tableOf),
      ...figures.map((figure) => figureOf(figure, svgOf)),
      ...(warnings.length > 0 ? ['<h3>Warnings</h3>', listOf(warnings)] : []),
      ...(notes.length > 0 ? ['<h3>Notes</h3>', listOf(notes)] : []),
      '<h3>Run it again</h3>',
      tag('pre', {}, tag('code', {}, wholeWords(command))),
      '<h3>How it was run</h3>',
      runOf(report),
    ].join('\n'),
  );
}

/** Text that is broken between words alone: an option in two halves would be read as two. A sign of percent stays at its number. */
function wholeWords(text: string): string {
  return text
    .split(/ (?!%)/)
    .map((word) => tag('span', {}, escapeMarkup(word)))
    .join(' ');
}

function listOf(items: readonly string[]): string {
  return tag('ul', {}, items.map((item) => tag('li', {}, escapeMarkup(item))).join(''));
}

/** A wide table scrolls in its frame, by keys too. */
function scrolling(label: string, content: string): string {
  return tag('div', { class: 'scroll', role: 'region', tabindex: '0', 'aria-label': label }, content);
}

/** The first column names the row. */
function tableOf({ title, columns, rows }: PaperTable): string {
  const head = columns.map((column) => tag('th', { scope: 'col' }, wholeWords(column)));
  const body = rows.map((row) => {
    const cells = row.map((cell, i) =>
      i === 0 ? tag('th', { scope: 'row' }, escapeMarkup(cell)) : tag('td', {}, escapeMarkup(cell)),
    );
    return tag('tr', {}, cells.join(''));
  });
  const content = [
    tag('caption', {}, escapeMarkup(title)),
    tag('thead', {}, tag('tr', {}, head.join(''))),
    tag('tbody', {}, body.join('\n')),
  ];
  return scrolling(title, tag('table', {}, content.join('\n')));
}

function figureOf(figure: PaperFigure, svgOf: (figure: PaperFigure) => string): string {
  const caption = tag('figcaption', {}, escapeMarkup(describeFigure(figure)));
  return tag('figure', {}, `${scrolling(figure.title, svgOf(figure).trimEnd())}\n${caption}`);
}

function runOf({ settings, device, timingsMs, version, finished }: PaperReport): string {
  const rows: [string, string][] = [
    ...settingRows(settings, ''),
    [
      'adapter',
      device
        ? `${device.name} (${device.backend}), ${device.description}`
        : 'none: computed without a device',
    ],
    ...Object.entries(timingsMs).map(([phase, ms]): [string, string] => [
      `time: ${phase}`,
      formatDuration(ms),
    ]),
    ['version', version],
    ['finished', finishedText(finished)],
  ];
  const body = rows.map(([name, value]) =>
    tag('tr', {}, tag('th', { scope: 'row' }, escapeMarkup(name)) + tag('td', {}, escapeMarkup(value))),
  );
  return tag('table', { class: 'plain' }, tag('tbody', {}, body.join('\n')));
}

/** `2026-01-02T03:04:05.678Z` as `2026-01-02 03:04 UTC` */
function finishedText(finished: string): string {
  return finished.endsWith('Z') ? `${finished.slice(0, 16).replace('T', ' ')} UTC` : finished;
}

/** `{ computed: { elapsedMs: 3 } }` as `computed: elapsed ms`, 3. */
function settingRows(value: unknown, name: string): [string, string][] {
  if (typeof value !== 'object' || value === null) return [[name, settingText(value)]];
  const isPlain = (item: unknown) => typeof item !== 'object' || item === null;
  if (Array.isArray(value) && value.every(isPlain)) return [[name, value.map(settingText).join(', ')]];
  return Object.entries(value).flatMap(([key, inner]) =>
    settingRows(inner, name === '' ? inWords(key) : `${name}: ${inWords(key)}`),
  );
}

function settingText(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number' && !Number.isInteger(value)) return String(Number(value.toPrecision(6)));
  if (value === null || value === undefined) return 'none';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** `trainCount` as `train count`. */
function inWords(key: string): string {
  return key.replace(/(?<=[a-z\d])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
