// Plan: chosen cases print a table and JSON that agree on names and units; the comparison comes first with its ratio;
// the report goes into a file, and the roofline into an SVG; JavaScript in threads is one more case; a report is
// compared with another, and what is no report is refused, as are unknown names.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fail, folder, read, succeed } from './cli.js';

interface Report {
  readonly version: string;
  readonly commit: string | null;
  readonly date: string;
  readonly device: { readonly name: string };
  readonly ceilings: Readonly<Record<string, { readonly name: string; readonly median: number }>>;
  readonly comparison?: {
    readonly changes: readonly {
      readonly name: string;
      readonly ratio: number;
      readonly beyondSpread: boolean;
    }[];
  };
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
  const { stdout } = await succeed(
    ...'bench --quick --only s-gap --json --out speeds.json --plot roof.svg'.split(' '),
  );
  const report = JSON.parse(stdout) as Report;
  expect(await read('speeds.json')).toBe(stdout);
  expect(report.results.map(({ name, unit }) => [name, unit])).toEqual([
    ['planes-gap', 'element-layers/s'],
    ['fused / layer by layer', '×'],
    ['planes-gap-portable', 'element-layers/s'],
    ['portable / layer by layer', '×'],
    ['layers-gap', 'element-layers/s'],
    ['planes-gap-cpu', 'element-layers/s'],
    ['planes-gap-8x8', 'element-layers/s'],
  ]);
  const [fused, fusedRatio, portable, portableRatio, layers, cpu] = report.results;
  expect(fusedRatio.median).toBeCloseTo(fused.median / layers.median, 6);
  expect(portableRatio.median).toBeCloseTo(portable.median / layers.median, 6);
  for (const { median, min, max, repetitions } of report.results) {
    expect(min <= median && median <= max).toBe(true);
    expect(repetitions).toBeGreaterThanOrEqual(3);
  }
  for (const { validation } of [fused, portable, layers, cpu]) {
    expect(validation!.error <= validation!.tolerance).toBe(true);
  }
  expect(report.device.name).not.toBe('');
  expect(Date.parse(report.date)).toBeGreaterThan(0);
  expect(report.version).toMatch(/^\d+\.\d+\.\d+/);
  if (report.commit !== null) expect(report.commit).toMatch(/^[0-9a-f]{40}$/);
});

test('the roofline has a dot and a label for each shader', async () => {
  const svg = await read('roof.svg');
  for (const name of ['planes-gap', 'planes-gap-portable', 'layers-gap']) expect(svg).toContain(`>${name}<`);
  expect(svg).not.toContain('planes-gap-cpu'); // has no ceiling
  expect(svg.match(/<circle /g)).toHaveLength(4);
});

test('--compare: changes by case, and whether they exceed the spread', async () => {
  const old = JSON.parse(await read('speeds.json')) as Report;
  const slow = old.results.map((one) => ({
    ...one,
    median: one.median / 1000,
    min: one.min / 1000,
    max: one.max / 1000,
  }));
  await writeFile(
    join(folder, 'slow.json'),
    JSON.stringify({ ...old, results: slow, device: { name: 'another adapter' } }),
  );
  const args = 'bench --quick --only planes-gap-8x8 --compare slow.json';
  const { stdout, stderr } = await succeed(...args.split(' '));
  expect(stdout).toMatch(/planes-gap-8x8 .* faster/);
  expect(stdout).toMatch(/ceiling_fma .*\d\.\d\d/);
  expect(stderr).toMatch(/warning: the old report is of "another adapter", this one of "/);
});

test('what is no report of a benchmark is refused before anything is measured', async () => {
  await writeFile(join(folder, 'broken.json'), '{"quick": true');
  await writeFile(join(folder, 'other.json'), '{"accuracy": 1}');
  for (const [file, reason] of [
    ['gone.json', /--compare gone.json: .*ENOENT/],
    ['broken.json', /--compare broken.json: is no JSON/],
    ['other.json', /--compare other.json: .*quick.*; name a file that cntk bench/],
  ] as const) {
    await fail(2, reason, 'bench', '--compare', file);
  }
});

test('without a case that has flops and bytes there is no roofline', async () => {
  await fail(
    1,
    /no roofline: .* choose others with --only/,
    ...'bench --quick --only norms --plot n.svg'.split(' '),
  );
});

test('a table on stdout, progress on stderr', async () => {
  const { stdout, stderr } = await succeed('bench', '--quick', '--only', 'tile_values');
  expect(stdout).toMatch(/tile_values .* G bytes\/s .* % (global memory|arithmetic)/);
  expect(stderr).toMatch(/tile_values \((\d) of \1\)/);
  expect(stdout).not.toContain('norms');
});

test('unknown names are refused', async () => {
  await fail(
    2,
    /--only: no case is named "plains"; there are planes-gap, planes-gap-portable, layers-gap, gram-gap, gram-gap-kernels, planes-gap-cpu/,
    'bench',
    '--only',
    'plains',
  );
});
