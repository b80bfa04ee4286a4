import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Argv, InferredOptionTypes } from 'yargs';
import { writeAtomically } from '../files/atomic-file.js';
import { benchNames, runBench, type BenchResults } from '../bench/bench.js';
import { compareReports, type ComparableReport } from '../bench/compare.js';
import { deviceOptions, OUTPUT, reportOptions } from './options/common-options.js';
import { ceilingTable, comparisonTable, readBenchReport, resultTable } from './printing/bench-table.js';
import { DestinationFile } from './results/destination-file.js';
import { deviceReport, withDevice } from './process/device.js';
import { UsageError } from './process/errors.js';
import { withInterruption } from './process/interruption.js';
import { defineOptions, flag, list, optional, parsed, text } from './options/options.js';
import { Progress } from './process/progress.js';
import { printData } from './process/streams.js';
import { formatJson } from '../files/format-json.js';
import { packageVersion } from '../files/package-version.js';
import type { CommandBody } from './options/lazy-command.js';

const BENCH = 'Benchmark:';

const options = {
  quick: flag(BENCH, 'Fewer repetitions of smaller cases'),
  only: optional(
    parsed(BENCH, `Only cases whose name contains one of these: ${benchNames().join(', ')}`, parseOnly),
  ),
  adapter: deviceOptions.adapter,
  verbose: deviceOptions.verbose,
  compare: optional(text(OUTPUT, 'JSON report of an earlier run: print what changed')),
  plot: optional(text(OUTPUT, 'File for the roofline, as SVG')),
  out: optional(text(OUTPUT, 'File for the JSON report')),
  ...reportOptions,
};

type BenchArguments = InferredOptionTypes<typeof options>;

export const benchCommand: CommandBody<BenchArguments> = {
  builder: (argv: Argv) =>
    defineOptions(argv, options)
      .example('$0 bench', 'about two minutes')
      .example('$0 bench --quick --only gap', 'the fused plane kernel against layer by layer')
      .example('$0 bench --only cholesky_update,product', 'the solver against a plain matrix product')
      .example('$0 bench --json --out speeds.json', '')
      .example('$0 bench --compare speeds.json --plot roofline.svg', 'changes since, and a figure'),
  handler: (args) => withInterruption((signal) => bench(args, signal)),
};

const REPORT_BYTES = 2 ** 20;

async function bench(args: BenchArguments, signal: AbortSignal): Promise<void> {
  const { only, quick = false, out, plot, compare } = args;
  const old = compare === undefined ? undefined : await readBenchReport(compare);
  if (out !== undefined && plot !== undefined && resolve(out) === resolve(plot))
    throw new UsageError(`--out and --plot are both ${out}; name two files`);
  using progress = new Progress(args.quiet ?? false);
  const place = {
    sizeBytes: REPORT_BYTES,
    inputs: compare === undefined ? [] : [compare],
    warn: (message: string) => progress.warn(message),
  };
  await using destination = out === undefined ? undefined : await DestinationFile.reserve(out, place);
  await using figure = plot === undefined ? undefined : await DestinationFile.reserve(plot, place, '--plot');
  const date = new Date().toISOString();
  const { measured, device } = await withDevice(args, progress, async (opened) => ({
    measured: await runBench(opened, {
      quick,
      only,
      signal,
      onCase: (name, index, count) => progress.phase(`${name} (${index + 1} of ${count})`),
    }),
    device: { ...deviceReport(opened), timestamps: opened.description.timestamps },
  }));
  progress.end();
  const report = {
    version: packageVersion(),
    commit: await sourceCommit(),
    date,
    quick,
    device,
    ...measured,
  };
  const comparison = old && compareReports(old, report satisfies ComparableReport);
  for (const warning of comparison?.warnings ?? []) progress.warn(warning);
  const json = formatJson({ ...report, ...(comparison && { comparison }), warnings: progress.warnings });
  await destination?.commit((path) => writeAtomically(path, [json]));
  await figure?.commit((path) => drawRoofline(path, measured, device.name));
  const tables = [resultTable(measured), ceilingTable(measured.ceilings)];
  if (comparison) tables.push(comparisonTable(comparison));
  printData(args.json ? json : `${tables.join('\n\n')}\non ${device.name}, version ${report.version}`);
}

/** The library that draws is loaded only where a figure is asked for. */
async function drawRoofline(path: string, measured: BenchResults, device: string): Promise<void> {
  const { rooflineSvg } = await import('../bench/roofline.js');
  await writeAtomically(path, [rooflineSvg(measured, device)]);
}

/** The commit that is checked out where this package lies; null where it is installed or git is missing. */
async function sourceCommit(): Promise<string | null> {
  const folder = dirname(createRequire(import.meta.url).resolve('cntk-webgpu/package.json'));
  if (!existsSync(join(folder, '.git'))) return null;
  try {
    const { stdout } = await promisify(execFile)('git', ['rev-parse', 'HEAD'], { cwd: folder });
    return stdout.trim();
  } catch {
    return null;
  }
}

/** @throws Error if a part names no case. */
function parseOnly(value: string): string[] {
  const parts = list((part) => part)(value);
  const unknown = parts.find((part) => !benchNames().some((name) => name.includes(part)));
  if (unknown !== undefined)
    throw new Error(`no case is named "${unknown}"; there are ${benchNames().join(', ')}`);
  return parts;
}
