import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { writeAtomically } from '../../files/atomic-file.js';
import { fileError, InputError } from '../../checks/input-error.js';
import { JsonError } from '../../files/json-file.js';
import { figureSvg } from '../../figures/figure.js';
import { loadPngRenderer, type PngRenderer } from '../../figures/png.js';
import { reportsPage } from './page.js';
import { pictureName, readReport } from './parse-report.js';
import type { PaperReport } from '../paper-report.js';
import type { Figure } from '../../figures/figure-types.js';

/** A report as it lies in a folder. */
export interface StoredReport {
  /** The name of its file without `.json`; its pictures are called STEM-FIGURE. */
  readonly stem: string;
  readonly report: PaperReport;
}

/** What was drawn from the reports of a folder. */
export interface Gallery {
  /** The names of the files written, in the folder. */
  readonly files: readonly string[];
  /** What could not be read or drawn, a sentence each. */
  readonly warnings: readonly string[];
}

const PAGE = 'index.html';
/** What the paper reports stands first on the page; what is not named here follows by name. */
const ORDER = ['table1', 'architectures', 'equivalence', 'montecarlo', 'cnn', 'smalldata'];

/**
 * Draws the figures of reports as STEM-FIGURE.svg and .png beside them, and one page of all reports of the folder,
 * `index.html`. The same reports make the same bytes.
 *
 * @param only The report whose figures are drawn, by its stem; all, if it is not given. The page shows all in any case.
 * @throws InputError if the folder cannot be read or has no report, OutputError.
 */
export async function drawGallery(
  folder: string,
  { only, signal }: { readonly only?: string; readonly signal?: AbortSignal } = {},
): Promise<Gallery> {
  const { reports, warnings } = await readReports(folder);
  if (reports.length === 0) {
    const skipped = warnings.map((warning) => `\n  ${warning}`).join('');
    throw new InputError(folder, `holds no report of "cntk paper"; run an experiment with --out${skipped}`);
  }
  const svgs = new Map<Figure, string>();
  for (const figure of reports.flatMap(({ report }) => report.figures)) {
    // Drawing is one long calculation: in between a signal is heard.
    await setImmediate();
    signal?.throwIfAborted();
    svgs.set(figure, figureSvg(figure));
  }
  const drawn = reports.filter(({ stem }) => only === undefined || stem === only);
  const png = await pngRenderer(drawn, warnings);
  const files: string[] = [];
  for (const { stem, report } of drawn) {
    for (const figure of report.figures) {
      signal?.throwIfAborted();
      const svg = svgs.get(figure)!;
      const name = pictureName(stem, report.experiment, figure.name);
      await writeAtomically(join(folder, `${name}.svg`), [svg]);
      files.push(`${name}.svg`);
      if (png === undefined) continue;
      await writeAtomically(join(folder, `${name}.png`), [await png(svg)]);
      files.push(`${name}.png`);
    }
  }
  await writeAtomically(join(folder, PAGE), [reportsPage(reports, (figure) => svgs.get(figure)!)]);
  return { files: [...files, PAGE], warnings };
}

async function readReports(folder: string): Promise<{ reports: StoredReport[]; warnings: string[] }> {
  const entries = await readdir(folder).catch((error: unknown) => {
    throw fileError(folder, error);
  });
  const reports: StoredReport[] = [];
  const warnings: string[] = [];
  for (const name of entries.filter((entry) => /^[^.].*\.json$/.test(entry)).sort()) {
    const path = join(folder, name);
    try {
      reports.push({
        stem: name.slice(0, -'.json'.length),
        report: await readReport(path),
      });
    } catch (error) {
      const reason = error instanceof JsonError ? error.message : fileError(path, error).message;
      warnings.push(`left out: ${reason}`);
    }
  }
  return { reports: reports.sort((a, b) => rankOf(a) - rankOf(b)), warnings };
}

function rankOf({ report }: StoredReport): number {
  const place = ORDER.indexOf(report.experiment);
  return place < 0 ? ORDER.length : place;
}

/** Undefined, with a warning, where there is none: the SVG files need no native module. */
async function pngRenderer(
  reports: readonly StoredReport[],
  warnings: string[],
): Promise<PngRenderer | undefined> {
  if (reports.every(({ report }) => report.figures.length === 0)) return undefined;
  try {
    return await loadPngRenderer();
  } catch (error) {
    const [reason] = (error as Error).message.split('\n');
    warnings.push(`no .png pictures, only .svg: the renderer does not load (${reason})`);
    return undefined;
  }
}
