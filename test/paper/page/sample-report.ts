import type { PaperReport } from '../../../src/paper/paper-report.js';
import { CURVES, HEATMAPS, INTERVALS } from '../../figures/sample-figures.js';

/** A report with all kinds of figures and, in all its texts, what could be taken for markup. */
export function sampleReport(rest: Partial<PaperReport> = {}): PaperReport {
  return {
    experiment: 'sample',
    title: 'Sample <script>alert("title")</script>',
    source: 'Arora et al. 2019, table 1 & theorem 3.2',
    command: 'cntk paper sample --cifar "a folder" --depths 3,4',
    settings: { depths: [3, 4], ridge: 'auto', flip: true, nested: { '<b>': 1 } },
    tables: [
      {
        title: 'Accuracy, %',
        columns: ['depth', 'CNTK-V', 'published'],
        rows: [
          ['3', '49.1', '<i>49.4</i>'],
          ['4', '49.2', '49.5'],
        ],
        data: [{ depth: 3, accuracy: 0.491 }],
      },
    ],
    figures: [
      CURVES['accuracy against depth'],
      HEATMAPS['ten digits'],
      CURVES['names that look like markup'],
      INTERVALS['rows that look like markup'],
    ].map((figure, i) => ({ ...figure, name: `figure-${i}` })),
    notes: ['Run at reduced size.', '</li><script>alert("note")</script><img src=x onerror=alert(1)>'],
    timingsMs: { kernels: 75_000, solve: 900 },
    device: { name: 'Some GPU', backend: 'vulkan', description: 'driver 1.2' },
    version: '1.2.3',
    finished: '2026-01-02T03:04:05.678Z',
    ...rest,
  };
}
