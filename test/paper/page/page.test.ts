// The page holds all of every report, needs nothing but itself, takes no text for markup, has no id twice, and is
// made of parts that a screen reader can tell: tables with heads, figures with captions, sections with names.
import { parseHTML } from 'linkedom';
import { describeFigure } from '../../../src/paper/page/describe-figure.js';
import { reportsPage } from '../../../src/paper/page/page.js';
import { CURVES, HEATMAPS } from '../../figures/sample-figures.js';
import { sampleReport } from './sample-report.js';

interface Element {
  readonly id: string;
  readonly tagName: string;
  readonly textContent: string;
  getAttribute(name: string): string | null;
  querySelectorAll(selector: string): Iterable<Element>;
}

const reports = ['sample', 'two', 'a "third" one'].map((stem) => ({ stem, report: sampleReport() }));
const page = reportsPage(reports);
const { document } = parseHTML(page) as { document: Element };
const all = (selector: string) => Array.from(document.querySelectorAll(selector));
const texts = (selector: string) => all(selector).map(({ textContent }) => textContent);

test('no text is taken for markup', () => {
  expect(all('script, img, b, i')).toEqual([]);
  expect(page).not.toMatch(/<script|<img/i);
  expect(texts('li')).toContain('</li><script>alert("note")</script><img src=x onerror=alert(1)>');
  expect(texts('h2')[0]).toBe('Sample <script>alert("title")</script>');
  // Of files with other names than the experiment's.
  expect(texts('h2').slice(1)).toEqual([
    expect.stringMatching(/ \(two\)$/),
    expect.stringMatching(/ \(a "third" one\)$/),
  ]);
  expect(texts('td')).toContain('<i>49.4</i>');
});

test('nothing is fetched', () => {
  const addresses = all('[href], [src]').map((one) => one.getAttribute('href') ?? one.getAttribute('src')!);
  expect(addresses.length).toBeGreaterThan(0);
  expect(addresses.filter((address) => !/^(#|data:image\/png;base64,)/.test(address))).toEqual([]);
  expect(texts('style').join('')).not.toMatch(/url|@import/);
  expect(page).toMatch(/Content-Security-Policy" content="default-src 'none'/);
});

test('no id twice; every link and every label has its aim', () => {
  const ids = all('[id]').map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  const aims = [
    ...all('a').map((link) => link.getAttribute('href')!.slice(1)),
    ...all('[aria-labelledby]').map((element) => element.getAttribute('aria-labelledby')!),
  ];
  expect(aims).toHaveLength(6);
  for (const aim of aims) expect(ids).toContain(aim);
});

test('has all of a report: source, command, settings, adapter, times, version', () => {
  expect(texts('section')).toHaveLength(3);
  const [section] = texts('section');
  for (const part of [
    'Arora et al. 2019, table 1 & theorem 3.2',
    'cntk paper sample --cifar "a folder" --depths 3,4',
    '3, 4',
    'Some GPU (vulkan), driver 1.2',
    '1:15 min',
    '0.9 s',
    '1.2.3',
    '2026-01-02 03:04 UTC',
  ])
    expect(section).toContain(part);
  const bare = sampleReport({ device: undefined, figures: [], notes: [], tables: [] });
  expect(reportsPage([{ stem: 'bare', report: bare }])).toMatch(/none: computed without a device/);
});

test('settings are said in words', () => {
  const settings = {
    trainCount: 200,
    flip: false,
    computed: { elapsedMs: 1.23456789, on: ['a', 'b'] },
    none: null,
  };
  const made = parseHTML(reportsPage([{ stem: 's', report: sampleReport({ settings }) }])) as {
    document: Element;
  };
  const rows = Array.from(made.document.querySelectorAll('.plain tr'), (row) =>
    Array.from(row.querySelectorAll('th, td'), ({ textContent }) => textContent),
  );
  expect(rows.slice(0, 5)).toEqual([
    ['train count', '200'],
    ['flip', 'no'],
    ['computed: elapsed ms', '1.23457'],
    ['computed: on', 'a, b'],
    ['none', 'none'],
  ]);
});

test('tables have heads for columns and rows, figures captions and names', () => {
  expect(all('thead th').every((head) => head.getAttribute('scope') === 'col')).toBe(true);
  expect(all('tbody th').every((head) => head.getAttribute('scope') === 'row')).toBe(true);
  expect(texts('tbody th')).toEqual(expect.arrayContaining(['3', '4']));
  expect(texts('table caption')).toEqual(['Accuracy, %', 'Accuracy, %', 'Accuracy, %']);
  expect(all('figure')).toHaveLength(12);
  expect(all('figure figcaption')).toHaveLength(12);
  for (const svg of all('figure svg')) {
    expect(svg.getAttribute('role')).toBe('img');
    expect(svg.getAttribute('aria-label')).toMatch(/./);
  }
});

test('the same reports make the same bytes', () => {
  expect(reportsPage(reports)).toBe(page);
});

test('figures in words', () => {
  expect(describeFigure(CURVES['a slope'])).toBe(
    'relative difference against width, on logarithmic axes: trained; dashed: slope −1/2.',
  );
  expect(describeFigure(CURVES['accuracy against training size'])).toMatch(
    /^test accuracy \(%\) against training images on a logarithmic axis: CNTK, /,
  );
  expect(describeFigure(HEATMAPS['groups without rows'])).toBe(
    'cosine similarity, 20 × 20; groups of rows and columns: a, none, b.',
  );
});
