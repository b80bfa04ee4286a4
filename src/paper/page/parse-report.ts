import * as v from 'valibot';
import { parseJson, readJson } from '../../files/json-file.js';
import type { PaperReport } from '../paper-report.js';

// Every field of a report is checked, and nothing in it is longer than can be drawn in a second.

/** What names files: nothing that leaves the folder, and short enough for an ending. */
const fileName = v.pipe(
  v.string(),
  v.maxLength(100),
  v.regex(/^[\w-][\w.-]*$/, 'cannot be the name of a file'),
);
const word = v.pipe(v.string(), v.maxLength(1000));
const sentence = v.pipe(v.string(), v.maxLength(20_000));
/** A number that JSON cannot hold (NaN, infinite ones) is stored as null and comes back as NaN. */
const number = v.pipe(
  v.nullable(v.number()),
  v.transform((value) => value ?? NaN),
);
const MOST_POINTS = 100_000;

const axis = v.object({ label: word, scale: v.picklist(['linear', 'log']) });

const series = v.object({
  name: word,
  reference: v.optional(v.boolean(), false),
  points: v.pipe(
    v.array(v.object({ x: number, y: number, low: v.optional(number), high: v.optional(number) })),
    v.maxLength(MOST_POINTS),
  ),
});

const curves = v.object({
  kind: v.literal('curves'),
  name: fileName,
  title: word,
  x: axis,
  y: axis,
  series: v.pipe(
    v.array(series),
    v.maxLength(300),
    v.check(
      (all) => all.reduce((sum, { points }) => sum + points.length, 0) <= MOST_POINTS,
      `more than ${MOST_POINTS} points in all`,
    ),
  ),
});

const heatmap = v.pipe(
  v.object({
    kind: v.literal('heatmap'),
    name: fileName,
    title: word,
    label: word,
    size: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(4096)),
    values: v.array(number),
    groups: v.pipe(
      v.array(v.object({ name: word, start: v.pipe(v.number(), v.integer(), v.minValue(0)) })),
      v.maxLength(1000),
    ),
  }),
  v.check(
    ({ size, values }) => values.length === size * size,
    ({ input: { size, values } }) => `has ${values.length} values; ${size}×${size} are needed`,
  ),
);

const intervals = v.pipe(
  v.object({
    kind: v.literal('intervals'),
    name: fileName,
    title: word,
    x: v.object({ label: word }),
    names: v.pipe(v.array(word), v.maxLength(300)),
    series: v.pipe(
      v.array(
        v.object({
          name: word,
          reference: v.optional(v.boolean(), false),
          points: v.array(
            v.nullable(v.object({ value: number, low: v.optional(number), high: v.optional(number) })),
          ),
        }),
      ),
      v.maxLength(20),
    ),
  }),
  v.check(
    ({ names, series }) => series.every(({ points }) => points.length === names.length),
    'a series has not as many points as there are names',
  ),
);

const table = v.pipe(
  v.object({
    title: word,
    columns: v.pipe(v.array(word), v.maxLength(200)),
    rows: v.pipe(v.array(v.array(word)), v.maxLength(5000)),
    data: v.array(v.record(v.string(), v.unknown())),
  }),
  v.check(
    ({ rows, columns }) => rows.every((row) => row.length === columns.length),
    'a row has not as many cells as there are columns',
  ),
);

const report = v.object({
  experiment: fileName,
  title: word,
  source: word,
  command: sentence,
  settings: v.pipe(
    v.record(v.string(), v.unknown()),
    v.check(
      (value) => isShallow(value, 20, { left: 10_000 }),
      'is nested too deeply, or has too many values',
    ),
  ),
  tables: v.pipe(v.array(table), v.maxLength(100)),
  figures: v.pipe(v.array(v.variant('kind', [curves, heatmap, intervals])), v.maxLength(100)),
  notes: v.pipe(v.array(sentence), v.maxLength(1000)),
  warnings: v.optional(v.pipe(v.array(sentence), v.maxLength(1000))),
  timingsMs: v.record(
    word,
    v.pipe(
      v.nullable(v.pipe(v.number(), v.minValue(0), v.maxValue(1e13))),
      v.transform((ms) => ms ?? NaN),
    ),
  ),
  device: v.optional(v.object({ name: word, backend: word, description: word })),
  version: word,
  finished: v.pipe(v.string(), v.isoTimestamp()),
});

const distinct = v.pipe(
  report,
  v.check(
    (value) => twiceNamed(value) === undefined,
    ({ input }) => `two figures have the name "${twiceNamed(input)}"`,
  ),
);

/**
 * A report from its JSON text.
 *
 * @param file Its name, for messages.
 * @throws JsonError that names the field at fault.
 */
export function parseReport(file: string, text: string): PaperReport {
  return parseJson(file, text, distinct);
}

/** A report from its file. @throws JsonError as `parseReport`; the error of the file system. */
export async function readReport(file: string): Promise<PaperReport> {
  return await readJson(file, distinct);
}

/** Whether a value can be written out: it has few levels, and not more values than are left. */
function isShallow(value: unknown, levels: number, budget: { left: number }): boolean {
  if (--budget.left < 0) return false;
  if (typeof value !== 'object' || value === null) return true;
  return levels > 0 && Object.values(value).every((inner) => isShallow(inner, levels - 1, budget));
}

/**
 * The name of a figure's files, without their ends.
 *
 * @param stem Of the report's file: another one than the experiment where a report was renamed.
 * @param figure Its name, which may begin with the experiment's.
 */
export function pictureName(stem: string, experiment: string, figure: string): string {
  const own = `${experiment}-`;
  return `${stem}-${figure.startsWith(own) ? figure.slice(own.length) : figure}`;
}

/** Two figures of one file. */
function twiceNamed({
  experiment,
  figures,
}: Pick<PaperReport, 'experiment' | 'figures'>): string | undefined {
  const names = figures.map(({ name }) => pictureName(experiment, experiment, name));
  return names.find((name, i) => names.indexOf(name) < i);
}
