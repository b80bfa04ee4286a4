import { formatRoughSize } from '../../text/sizes.js';
import Table from 'cli-table3';
import type { Estimate } from '../../planning/estimate-job.js';
import type { JobPlan } from '../../planning/job-plan.js';
import { formatDuration } from '../../text/duration.js';
import { PLAIN } from './evaluation-table.js';
import { formatRate } from '../../progress/details.js';

/** What `cntk plan` prints. */
export interface PlanReport extends JobPlan {
  readonly job: {
    readonly train: number;
    readonly test: number;
    readonly classes: number;
    readonly imageShape: readonly number[];
    readonly kernels: readonly string[];
  };
  readonly estimates: readonly Estimate[];
  readonly warnings: readonly string[];
  readonly version: string;
}

export function formatJobPlan(report: PlanReport): string {
  const { job, pairs, passes } = report;
  const sizes = new Table({ style: PLAIN, wordWrap: true, colWidths: [26, 80] });
  const { walk } = report;
  const parts = [...passes, ...(walk ? [walk] : [])];
  const list = (of: (pass: JobPlan['passes'][number]) => string) => passes.map(of).join('\n');
  sizes.push(
    ['images', `${count(job.train)} training, ${count(job.test)} test, ${job.imageShape.join('×')}`],
    ['kernels', job.kernels.join(', ')],
    ['pairs', `${count(pairs.total)} (${count(pairs.train)} training, ${count(pairs.test)} test × training)`],
    [
      'element-layers',
      `${report.elementLayers.toPrecision(4)} (per pair ${parts.map((p) => count(p.elementLayersPerPair)).join(' + ')})`,
    ],
    ...(passes.length > 0
      ? [
          ['passes', list((p) => `depth ${p.depth}, ${count(p.planes)} planes: ${p.variant}`)],
          [
            'blocks and tiles',
            list(
              (p) =>
                `${count(p.tiles)} tiles of blocks of ${p.blockImages} images, ${p.cachedBlocks} blocks kept`,
            ),
          ],
        ]
      : []),
    ...(walk
      ? [
          [
            'walk of networks',
            `${walk.networks} in one, ${walk.fusedRuns} fused runs, up to ${count(walk.batchPairs)} pairs at a time`,
          ],
        ]
      : []),
    [
      'device memory',
      `${formatRoughSize(report.deviceBytes)}; while solving ${formatRoughSize(report.solveBytes)}`,
    ],
    ['host memory', `${formatRoughSize(report.hostBytes)} of kernel matrices`],
    [
      'disk',
      `cntk kernel ${formatRoughSize(report.diskBytes.kernels)}, cntk run ${formatRoughSize(report.diskBytes.run)}`,
    ],
  );
  return [sizes.toString(), estimates(report)].join('\n');
}

function estimates({ estimates: list, walk }: PlanReport): string {
  if (list.length === 0 && walk)
    return 'the speed of networks is measured each time: leave out --no-measure for an estimate';
  if (list.length === 0) return 'nothing was measured for such images yet: leave out --no-measure once';
  const table = new Table({
    head: ['adapter', 'measured', 'speed', 'kernels', 'per image', 'solve', 'in all'],
    colAligns: ['left', 'left', 'right', 'right', 'right', 'right', 'right'],
    style: PLAIN,
  });
  for (const { device, here, measured, elementLayersPerSecond, seconds } of list) {
    table.push([
      `${device.adapter}${here ? ' (this one)' : ''}`,
      measured.slice(0, 16).replace('T', ' '),
      elementLayersPerSecond.map((rate) => formatRate(rate, 1000)).join('\n'),
      time(seconds.kernels),
      time(seconds.images),
      time(seconds.solve),
      time(seconds.total),
    ]);
  }
  return table.toString();
}

/** Beyond a few days nobody counts seconds. */
function time(seconds: number): string {
  return seconds < 100 * 3600 ? formatDuration(1000 * seconds) : `${count(Math.round(seconds / 86400))} days`;
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}
