import { mkdtemp, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OutputError, writeAtomically } from '../../files/atomic-file.js';
import { isTemporary, removeLeftovers } from '../../files/leftovers.js';
import { makeFolder } from '../../files/make-folder.js';
import type { PaperReport, PaperTable } from '../../paper/report.js';
import { shellCommand } from '../../text/shell-words.js';
import { InterruptedError } from '../process/errors.js';
import { plainTable } from '../printing/plain-table.js';
import type { Progress } from '../process/progress.js';
import { formatJson, printData } from '../process/streams.js';

export interface PublishOptions {
  readonly out: string;
  readonly json: boolean | undefined;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/**
 * Writes an experiment's report, its pictures and the page of all reports into the folder, and prints its tables, or the
 * report itself with `--json`. The report comes first: what was computed is kept, whatever goes wrong with a picture.
 *
 * @throws OutputError where the folder takes no files; it says where the results are instead.
 */
export async function publish(experiment: PaperReport, options: PublishOptions): Promise<void> {
  const { out, json, progress, signal } = options;
  const { warnings } = progress;
  const report = warnings.length > 0 ? { ...experiment, warnings } : experiment;
  const { folder, stem, problem } = await writeReport(report, options);
  // Plotting takes long to load, and no other command needs it.
  const { drawGallery } = await import('../../paper/page/gallery.js');
  const gallery = await drawGallery(folder, { only: stem, signal }).catch((error: unknown) => {
    if (!(error instanceof InterruptedError)) throw error;
    const again = shellCommand(['cntk', 'paper', 'report', folder]);
    throw new InterruptedError(error.signal, `${stem}.json is in ${folder}; ${again} draws its pictures`);
  });
  for (const warning of gallery.warnings) progress.warn(warning);
  const files = [`${stem}.json`, ...gallery.files];
  printData(json ? formatJson(report) : `${screen(report)}\n\n${galleryText(folder, files)}`);
  if (folder !== out) throw new OutputError(out, problem, `the results are in ${folder}`);
}

/** Into the folder that was asked for, else beside it, else where files go for a while: hours of work stand behind it. */
async function writeReport(report: PaperReport, { out, progress }: PublishOptions) {
  let problem: unknown;
  for (const place of [() => out, () => `${out}.2`, () => mkdtemp(join(tmpdir(), 'cntk-paper-'))]) {
    try {
      const folder = await place();
      await makeFolder(folder);
      await removeLeftovers(folder, isTemporary, { nowMs: Date.now() });
      const stem = await freeStem(folder, report.experiment);
      await writeAtomically(join(folder, `${stem}.json`), [formatJson(report)]);
      if (stem !== report.experiment) {
        progress.warn(
          `another run has written ${report.experiment}.json meanwhile; this one's is ${stem}.json`,
        );
      }
      return { folder, stem, problem };
    } catch (error) {
      problem ??= error instanceof OutputError ? error.cause : error;
    }
  }
  throw new OutputError(out, problem, 'nor was there another place for the results');
}

/** The experiment's name, with a number if another run has written its report since this one began. */
async function freeStem(folder: string, experiment: string): Promise<string> {
  for (let n = 1; ; n++) {
    const stem = n === 1 ? experiment : `${experiment}-${n}`;
    const status = await stat(join(folder, `${stem}.json`)).catch(() => undefined);
    if (status === undefined || status.mtimeMs < performance.timeOrigin) return stem;
  }
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
