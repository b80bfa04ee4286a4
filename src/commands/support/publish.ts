import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomically } from '../../data/atomic-file.js';
import type { PaperReport, PaperTable } from '../../experiment/paper/report.js';
import { plainTable } from './plain-table.js';
import { formatJson, printData } from './streams.js';

/** Writes an experiment's report into the folder and prints its tables, or the report itself with `--json`. */
export async function publish(report: PaperReport, out: string, json: boolean | undefined): Promise<void> {
  await mkdir(out, { recursive: true });
  await writeAtomically(join(out, `${report.experiment}.json`), [formatJson(report)]);
  printData(json ? formatJson(report) : screen(report));
}

/** The first column names the row; all others are numbers. */
function screen({ title, tables, notes }: PaperReport): string {
  return [title, ...tables.map(formatTable), ...(notes.length > 0 ? [notes.join('\n')] : [])].join('\n\n');
}

function formatTable({ title, columns, rows }: PaperTable): string {
  const aligned = Object.fromEntries(columns.map((name, i) => [name, i === 0 ? 'left' : 'right'] as const));
  return `${title}\n${plainTable(aligned, rows)}`;
}
