import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomically } from '../../data/atomic-file.js';
import type { PaperReport, PaperTable } from '../../experiment/paper/report.js';
import { plainTable } from './plain-table.js';
import { formatJson, printData } from './streams.js';

/**
 * Writes an experiment's report, its pictures and the page of all reports into the folder, and prints its tables, or the
 * report itself with `--json`. The report comes first: what was computed is kept, whatever goes wrong with a picture.
 */
export async function publish(report: PaperReport, out: string, json: boolean | undefined): Promise<void> {
  await mkdir(out, { recursive: true });
  const name = `${report.experiment}.json`;
  await writeAtomically(join(out, name), [formatJson(report)]);
  // Plotting takes long to load, and no other command needs it.
  const { drawGallery } = await import('../../experiment/paper/gallery.js');
  const { files, warnings } = await drawGallery(out, { only: report.experiment });
  warn(warnings);
  printData(json ? formatJson(report) : `${screen(report)}\n\n${galleryText(out, [name, ...files])}`);
}

export function warn(warnings: readonly string[]): void {
  for (const warning of warnings) process.stderr.write(`cntk: warning: ${warning}\n`);
}

/** The page last: that is where to look. @param files In the folder. */
export function galleryText(folder: string, files: readonly string[]): string {
  return ['Written:', ...files.map((file) => `  ${join(folder, file)}`)].join('\n');
}

/** The first column names the row; all others are numbers. */
function screen({ title, tables, notes }: PaperReport): string {
  return [title, ...tables.map(formatTable), ...(notes.length > 0 ? [notes.join('\n')] : [])].join('\n\n');
}

function formatTable({ title, columns, rows }: PaperTable): string {
  const aligned = Object.fromEntries(columns.map((name, i) => [name, i === 0 ? 'left' : 'right'] as const));
  return `${title}\n${plainTable(aligned, rows)}`;
}
