import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import Table from 'cli-table3';
import type { Argv, CommandModule, InferredOptionTypes } from 'yargs';
import { writeAtomically } from '../data/atomic-file.js';
import { benchNames, runBench } from '../experiment/bench/bench.js';
import type { BenchResult } from '../experiment/bench/measure.js';
import { deviceOptions, OUTPUT, reportOptions } from './support/common-options.js';
import { DestinationFile } from './support/destination.js';
import { deviceReport, withDevice } from './support/device.js';
import { UsageError } from './support/errors.js';
import { withInterruption } from './support/interruption.js';
import { defineOptions, flag, optional, text } from './support/options.js';
import { Progress } from './support/progress.js';
import { formatJson, printData } from './support/streams.js';
import { packageVersion } from './support/version.js';

const BENCH = 'Benchmark:';

const options = {
  quick: flag(BENCH, 'Fewer repetitions of smaller cases'),
  only: optional(text(BENCH, `Only cases whose name contains this: ${benchNames().join(', ')}`)),
  adapter: deviceOptions.adapter,
  verbose: deviceOptions.verbose,
  out: optional(text(OUTPUT, 'File for the JSON report')),
  ...reportOptions,
};

type BenchArguments = InferredOptionTypes<typeof options>;

export const benchCommand: CommandModule<object, BenchArguments> = {
  command: 'bench',
  describe: 'Measure the speed of every shader, each validated before it is timed',
  builder: (argv: Argv) =>
    defineOptions(argv, options)
      .example('$0 bench', 'about two minutes')
      .example('$0 bench --quick --only gap', 'the fused plane kernel against layer by layer')
      .example('$0 bench --json --out speeds.json', ''),
  handler: (args) => withInterruption((signal) => bench(args, signal)),
};

/** No lines around and between the cells. */
const NO_FRAME = Object.fromEntries(
  ['top', 'bottom', 'left', 'right', 'mid', 'middle'].flatMap((side) =>
    ['', '-mid', '-left', '-right'].map((end) => [`${side}${end}`, '']),
  ),
);
const REPORT_BYTES = 2 ** 20;

async function bench(args: BenchArguments, signal: AbortSignal): Promise<void> {
  const { only, quick = false, out } = args;
  if (only !== undefined && !benchNames().some((name) => name.includes(only))) {
    throw new UsageError(`--only: no case is named "${only}"; there are ${benchNames().join(', ')}`);
  }
  using progress = new Progress(args.quiet ?? false);
  await using destination = out === undefined ? undefined : await DestinationFile.reserve(out, REPORT_BYTES);
  const date = new Date().toISOString();
  const { results, device } = await withDevice(args, progress, async (opened) => ({
    results: await runBench(opened.gpu, {
      quick,
      only,
      signal,
      onCase: (name, index, count) => progress.begin(`${name} (${index + 1} of ${count})`),
    }),
    device: { ...deviceReport(opened), timestamps: opened.gpu.description.timestamps },
  }));
  progress.end();
  const report = { version: packageVersion(), commit: await sourceCommit(), date, quick, device, results };
  const json = formatJson(report);
  await destination?.commit((path) => writeAtomically(path, [json]));
  printData(args.json ? json : `${table(results)}\non ${device.name}, version ${report.version}`);
}

function table(results: readonly BenchResult[]): string {
  const rows = new Table({
    head: ['case', 'median', 'min … max', 'error', 'compiled in', 'sizes'],
    chars: NO_FRAME,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2 },
    colAligns: ['left', 'right', 'left', 'right', 'right', 'left'],
  });
  for (const { name, median, min, max, unit, description, compileMs, validation } of results) {
    rows.push([
      name,
      `${scaled(median, unit)} ${unit === '×' ? '×' : `G ${unit}`}`,
      `${scaled(min, unit)} … ${scaled(max, unit)}`,
      validation === null ? '' : validation.error.toExponential(0),
      compileMs === null ? '' : `${(compileMs / 1e3).toFixed(1)} s`,
      description,
    ]);
  }
  return rows.toString().replace(/ +$/gm, '');
}

function scaled(value: number, unit: BenchResult['unit']): string {
  return (unit === '×' ? value : value / 1e9).toPrecision(3);
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
