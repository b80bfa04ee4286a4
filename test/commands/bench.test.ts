import { fail, read, succeed } from './cli.js';

// Plan: chosen cases print a table and JSON that agree on names and units; the comparison comes first with its ratio;
// the report goes into a file; unknown names are refused.

interface Report {
  readonly version: string;
  readonly commit: string | null;
  readonly date: string;
  readonly device: { readonly name: string };
  readonly results: readonly {
    readonly name: string;
    readonly unit: string;
    readonly median: number;
    readonly min: number;
    readonly max: number;
    readonly repetitions: number;
    readonly validation: { readonly error: number; readonly tolerance: number } | null;
  }[];
}

test('the comparison: fused speed and ratio first, as JSON and into a file', async () => {
  const { stdout } = await succeed(...'bench --quick --only s-gap --json --out speeds.json'.split(' '));
  const report = JSON.parse(stdout) as Report;
  expect(await read('speeds.json')).toBe(stdout);
  expect(report.results.map(({ name, unit }) => [name, unit])).toEqual([
    ['planes-gap', 'element-layers/s'],
    ['fused / layer by layer', '×'],
    ['planes-gap-portable', 'element-layers/s'],
    ['portable / layer by layer', '×'],
    ['layers-gap', 'element-layers/s'],
    ['planes-gap-8x8', 'element-layers/s'],
  ]);
  const [fused, fusedRatio, portable, portableRatio, layers] = report.results;
  expect(fusedRatio.median).toBeCloseTo(fused.median / layers.median, 6);
  expect(portableRatio.median).toBeCloseTo(portable.median / layers.median, 6);
  for (const { median, min, max, repetitions } of report.results) {
    expect(min <= median && median <= max).toBe(true);
    expect(repetitions).toBeGreaterThanOrEqual(3);
  }
  for (const { validation } of [fused, portable, layers]) {
    expect(validation!.error <= validation!.tolerance).toBe(true);
  }
  expect(report.device.name).not.toBe('');
  expect(Date.parse(report.date)).toBeGreaterThan(0);
  expect(report.version).toMatch(/^\d+\.\d+\.\d+/);
  if (report.commit !== null) expect(report.commit).toMatch(/^[0-9a-f]{40}$/);
});

test('a table on stdout, progress on stderr', async () => {
  const { stdout, stderr } = await succeed('bench', '--quick', '--only', 'sum_planes');
  expect(stdout).toMatch(/sum_planes .* G bytes\/s/);
  expect(stderr).toMatch(/sum_planes \(1 of 1\)/);
  expect(stdout).not.toContain('norms');
});

test('unknown names are refused', async () => {
  await fail(
    2,
    /--only: no case is named "plains"; there are planes-gap, planes-gap-portable, layers-gap, gram-gap/,
    'bench',
    '--only',
    'plains',
  );
});
