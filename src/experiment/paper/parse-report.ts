import type { CurvesFigure, HeatmapFigure, PaperFigure, PaperReport, PaperTable } from './report.js';

/** A file that is no report of an experiment of the paper; the message says what is missing. */
export class NoReportError extends Error {
  override readonly name = 'NoReportError';
}

/** What names files: nothing that leaves the folder. */
const FILE_NAME = /^[\w-][\w.-]*$/;

/**
 * A report from its JSON text. Numbers that JSON cannot hold (NaN, infinite ones) are stored as null and come back as NaN.
 *
 * @throws NoReportError if it is none.
 */
export function parseReport(text: string): PaperReport {
  const report = record(parseJson(text), 'the file');
  const { device } = report;
  const experiment = fileName(report.experiment, 'experiment');
  return {
    experiment,
    title: string(report.title, 'title'),
    source: string(report.source, 'source'),
    command: string(report.command, 'command'),
    settings: record(report.settings, 'settings'),
    tables: list(report.tables, 'tables').map(table),
    figures: distinct(experiment, list(report.figures, 'figures').map(figure)),
    notes: list(report.notes, 'notes').map((note, i) => string(note, `notes[${i}]`)),
    timingsMs: Object.fromEntries(
      Object.entries(record(report.timingsMs, 'timingsMs')).map(([phase, ms]) => [phase, number(ms, phase)]),
    ),
    ...(device === undefined ? {} : { device: deviceOf(record(device, 'device')) }),
    version: string(report.version, 'version'),
    finished: string(report.finished, 'finished'),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new NoReportError(`no JSON: ${(error as Error).message}`, { cause: error });
  }
}

function deviceOf(device: Record<string, unknown>): PaperReport['device'] {
  return {
    name: string(device.name, 'device.name'),
    backend: string(device.backend, 'device.backend'),
    description: string(device.description, 'device.description'),
  };
}

function table(value: unknown, i: number): PaperTable {
  const where = `tables[${i}]`;
  const { title, columns, rows, data } = record(value, where);
  const strings = (cells: unknown, what: string) => list(cells, what).map((cell) => string(cell, what));
  return {
    title: string(title, `${where}.title`),
    columns: strings(columns, `${where}.columns`),
    rows: list(rows, `${where}.rows`).map((cells, r) => strings(cells, `${where}.rows[${r}]`)),
    data: list(data, `${where}.data`).map((row, r) => record(row, `${where}.data[${r}]`)),
  };
}

function figure(value: unknown, i: number): PaperFigure {
  const where = `figures[${i}]`;
  const all = record(value, where);
  const head = { name: fileName(all.name, `${where}.name`), title: string(all.title, `${where}.title`) };
  if (all.kind === 'curves') return { kind: all.kind, ...head, ...curves(all, where) };
  if (all.kind === 'heatmap') return { kind: all.kind, ...head, ...heatmap(all, where) };
  throw new NoReportError(`${where}.kind is ${JSON.stringify(all.kind)}, neither "curves" nor "heatmap"`);
}

function curves(all: Record<string, unknown>, where: string): Pick<CurvesFigure, 'x' | 'y' | 'series'> {
  const axis = (value: unknown, what: string) => {
    const { label, scale } = record(value, what);
    if (scale !== 'linear' && scale !== 'log') {
      throw new NoReportError(`${what}.scale is ${JSON.stringify(scale)}, neither "linear" nor "log"`);
    }
    return { label: string(label, `${what}.label`), scale } as const;
  };
  return {
    x: axis(all.x, `${where}.x`),
    y: axis(all.y, `${where}.y`),
    series: list(all.series, `${where}.series`).map((value, s) => series(value, `${where}.series[${s}]`)),
  };
}

function series(value: unknown, where: string): CurvesFigure['series'][number] {
  const { name, reference, points } = record(value, where);
  return {
    name: string(name, `${where}.name`),
    reference: reference === true,
    points: list(points, `${where}.points`).map((point, p) => {
      const { x, y, low, high } = record(point, `${where}.points[${p}]`);
      return {
        x: number(x, `${where}.points[${p}].x`),
        y: number(y, `${where}.points[${p}].y`),
        ...(low === undefined ? {} : { low: number(low, `${where}.points[${p}].low`) }),
        ...(high === undefined ? {} : { high: number(high, `${where}.points[${p}].high`) }),
      };
    }),
  };
}

function heatmap(
  all: Record<string, unknown>,
  where: string,
): Pick<HeatmapFigure, 'label' | 'size' | 'values' | 'groups'> {
  const size = number(all.size, `${where}.size`);
  const values = list(all.values, `${where}.values`).map((value) => number(value, `${where}.values`));
  if (!(size > 0) || values.length !== size * size) {
    throw new NoReportError(`${where} has ${values.length} values; ${size}×${size} are needed`);
  }
  const groups = list(all.groups, `${where}.groups`).map((value, g) => {
    const { name, start } = record(value, `${where}.groups[${g}]`);
    return {
      name: string(name, `${where}.groups[${g}].name`),
      start: number(start, `${where}.groups[${g}].start`),
    };
  });
  return { label: string(all.label, `${where}.label`), size, values, groups };
}

/**
 * Of a figure's files, without their ends.
 *
 * @param stem Of the report's file: another one than the experiment where a report was renamed.
 * @param figure Its name, which may begin with the experiment's.
 */
export function pictureName(stem: string, experiment: string, figure: string): string {
  const own = `${experiment}-`;
  return `${stem}-${figure.startsWith(own) ? figure.slice(own.length) : figure}`;
}

/** @throws NoReportError if two figures would be one file. */
function distinct(experiment: string, figures: PaperFigure[]): PaperFigure[] {
  const names = figures.map(({ name }) => pictureName(experiment, experiment, name));
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) throw new NoReportError(`two figures have the name "${twice}"`);
  return figures;
}

function record(value: unknown, what: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw new NoReportError(`${what} is no object`);
}

function list(value: unknown, what: string): unknown[] {
  if (Array.isArray(value)) return value;
  throw new NoReportError(`${what} is no list`);
}

function string(value: unknown, what: string): string {
  if (typeof value === 'string') return value;
  throw new NoReportError(`${what} is no text`);
}

function fileName(value: unknown, what: string): string {
  const name = string(value, what);
  if (FILE_NAME.test(name)) return name;
  throw new NoReportError(`${what} ${JSON.stringify(name)} cannot be the name of a file`);
}

function number(value: unknown, what: string): number {
  if (typeof value === 'number') return value;
  if (value === null) return NaN;
  throw new NoReportError(`${what} is no number`);
}
