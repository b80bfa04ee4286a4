// Plan: `cntk paper report` draws every figure as SVG and PNG and one page of all reports, the same bytes each time; what
// is no report is left out with a warning; without the native renderer only the PNG files are missing; texts are in the
// PNG files, drawn by the font that ships, not by one of the machine. `publish` does it for one report. `cntk paper` names what there is.
// The renderer is native and cannot be loaded into a test's own context: it runs in the built command line.
import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decode } from 'fast-png';
import { figureSvg } from '../../src/figures/figure.js';
import { sampleReport } from '../paper/page/sample-report.js';
import { CURVES } from '../figures/sample-figures.js';
import { cli, fail, folder, read, succeed } from './cli.js';

const dist = fileURLToPath(new URL('../../dist/src/', import.meta.url));
const REPORT = sampleReport();
const [curves] = REPORT.figures;

async function folderOf(name: string, files: Readonly<Record<string, string>>): Promise<string> {
  const path = join(folder, name);
  await rm(path, { recursive: true, force: true });
  await mkdir(path);
  for (const [file, text] of Object.entries(files)) await writeFile(join(path, file), text);
  return path;
}

/** Runs a module's text against the built program. */
function runModule(text: string, ...options: string[]) {
  return execFileSync(process.execPath, [...options, '--input-type=module', '--eval', text], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
}

/** Of an SVG document, by the built renderer; also by no font at all. */
function png(svg: string): ReturnType<typeof decode> {
  const text = runModule(`
    import { loadPngRenderer } from ${JSON.stringify(`${dist}figures/png.js`)};
    const render = await loadPngRenderer();
    const png = await render(${JSON.stringify(svg)});
    process.stdout.write(Buffer.from(png).toString('base64'));`);
  return decode(Buffer.from(text, 'base64'));
}

test('draws each figure as SVG and PNG, and the page, twice the same', async () => {
  const path = await folderOf('drawn', {
    'one.json': JSON.stringify(REPORT),
    'two.json': JSON.stringify({ ...REPORT, experiment: 'table1', title: 'Another', figures: [curves] }),
  });
  const { stdout, stderr } = await succeed('paper', 'report', 'drawn');
  expect(stderr).toBe('');
  const names = ['two-figure-0', 'one-figure-0', 'one-figure-1', 'one-figure-2', 'one-figure-3'];
  const files = [...names.flatMap((name) => [`${name}.svg`, `${name}.png`]), 'index.html'];
  expect(stdout).toBe(`Written:\n${files.map((file) => `  ${join('drawn', file)}\n`).join('')}`);
  expect((await readdir(path)).sort()).toEqual([...files, 'one.json', 'two.json'].sort());
  // What the paper reports first.
  expect(await read('drawn/index.html')).toMatch(/<h2[^>]*>Another[^]*<h2[^>]*>Sample[^]*<svg[^]*<\/html>/);
  const bytes = () => Promise.all(files.map((file) => readFile(join(path, file), 'base64')));
  const before = await bytes();
  const again = await succeed('paper', 'report', 'drawn', '--json');
  expect(JSON.parse(again.stdout)).toEqual({ folder: 'drawn', files, warnings: [] });
  expect(await bytes()).toEqual(before);
  const { width, height } = decode(await readFile(join(path, 'two-figure-0.png')));
  const size = ['width', 'height'].map(
    (name) => new RegExp(` ${name}="([\\d.]+)"`).exec(figureSvg(curves))![1],
  );
  expect([width, height]).toEqual(size.map((pixels) => Math.ceil(2 * Number(pixels))));
});

test('leaves out what is no report, and says why', async () => {
  await folderOf('mixed', {
    'good.json': JSON.stringify(REPORT),
    'broken.json': '{"experiment": "x"',
    'foreign.json': '{"name": "x"}',
    'evil.json': JSON.stringify({ ...REPORT, figures: [{ ...curves, name: '../outside' }] }),
  });
  const { stderr, stdout } = await succeed('paper', 'report', 'mixed');
  expect(stderr.trim().split('\n')).toEqual([
    expect.stringMatching(/warning: left out: mixed.broken.json: is no JSON/),
    expect.stringMatching(/warning: left out: mixed.evil.json: figures\.0\.name/),
    expect.stringMatching(/warning: left out: mixed.foreign.json: experiment: /),
  ]);
  expect(stdout).toMatch(/good-figure-0\.svg[^]*index\.html/);
  expect(await readdir(folder)).not.toContain('outside.svg');
});

test('a folder without a report, and none', async () => {
  await folderOf('empty', { 'foreign.json': '{}' });
  await fail(
    2,
    /empty: holds no report of "cntk paper"; run an experiment[^]*left out: empty.foreign\.json/,
    'paper',
    'report',
    'empty',
  );
  await fail(2, /nowhere: no such file/, 'paper', 'report', 'nowhere');
});

test('without the native renderer there are SVG files and the page, and a warning', async () => {
  const path = await folderOf('no-png', { 'one.json': JSON.stringify({ ...REPORT, figures: [curves] }) });
  const hook = `export async function resolve(specifier, context, next) {
    if (specifier.startsWith('@resvg/')) throw new Error('no binary for this platform');
    return next(specifier, context);
  }`;
  const gallery = runModule(`
    import { register } from 'node:module';
    register(${JSON.stringify(`data:text/javascript,${encodeURIComponent(hook)}`)});
    const { drawGallery } = await import(${JSON.stringify(`${dist}paper/page/gallery.js`)});
    console.log(JSON.stringify(await drawGallery(${JSON.stringify(path)})));`);
  expect(JSON.parse(gallery)).toEqual({
    files: ['one-figure-0.svg', 'index.html'],
    warnings: [expect.stringMatching(/no \.png pictures, only \.svg: .*no binary for this platform/)],
  });
});

describe('texts of a PNG', () => {
  const svg = figureSvg(CURVES['a slope']);
  const dark = ({ data, channels }: ReturnType<typeof decode>) => {
    let count = 0;
    for (let e = 0; e < data.length; e += channels) if (data[e] + data[e + 1] + data[e + 2] < 300) count++;
    return count;
  };

  test('are there: without them hardly a dark pixel is left', () => {
    const [full, bare] = [png(svg), png(svg.replace(/<text[^]*?<\/text>/g, ''))];
    expect(dark(full)).toBeGreaterThan(5000);
    expect(dark(full)).toBeGreaterThan(dark(bare) + 5000);
  });

  test('are drawn by the font that ships, whatever the file asks for', () => {
    const other = svg.replace(/font-family="[^"]*"/, 'font-family="No Such Font"');
    expect(other).not.toBe(svg);
    expect(Buffer.from(png(other).data).equals(Buffer.from(png(svg).data))).toBe(true);
  });
});

/** What `publish` prints. @param meanwhile A statement that is run before it. */
function publish(report: object, out: string, meanwhile = ''): string {
  const options = `{ out: ${JSON.stringify(out)}, json: false, progress, signal: new AbortController().signal }`;
  return runModule(`
    import { writeFileSync } from 'node:fs';
    import { publish } from ${JSON.stringify(`${dist}commands/results/publish.js`)};
    import { Progress } from ${JSON.stringify(`${dist}commands/process/progress.js`)};
    const progress = new Progress(true);
    ${meanwhile}
    await publish(${JSON.stringify(report)}, ${options}).catch((error) => console.log(error.message));`);
}

test('a report of another run that was written meanwhile stays; a folder that became a file costs no result', async () => {
  const report = { ...REPORT, experiment: 'mine', figures: [] };
  const path = await folderOf('shared', { 'mine.json': JSON.stringify({ ...report, title: 'Of another' }) });
  const file = JSON.stringify(join(path, 'mine.json'));
  publish(
    report,
    path,
    `writeFileSync(${file}, ${JSON.stringify(JSON.stringify({ ...report, title: 'Of another' }))});`,
  );
  expect(JSON.parse(await read('shared/mine.json'))).toMatchObject({ title: 'Of another' });
  const own = JSON.parse(await read('shared/mine-2.json')) as { title: string };
  expect(own.title).toBe(REPORT.title);

  await writeFile(join(folder, 'became'), 'mine');
  expect(publish(report, join(folder, 'became'))).toMatch(
    /became: cannot be written: .*; the results are in .*became\.2\n$/,
  );
  expect(await readdir(join(folder, 'became.2'))).toEqual(
    expect.arrayContaining(['index.html', 'mine.json']),
  );
});

test('publish writes the report, its own pictures and the page of all, and says so', async () => {
  const path = await folderOf('published', {
    'other.json': JSON.stringify({ ...REPORT, title: 'The other one' }),
  });
  const report = { ...REPORT, experiment: 'mine', title: 'My own', figures: [curves] };
  const stdout = publish(report, path);
  expect(stdout).toMatch(/^My own\n\nAccuracy, %\n/);
  expect(stdout).toMatch(/mine\.json\n.*mine-figure-0\.svg\n.*mine-figure-0\.png\n.*index\.html\n$/);
  expect((await readdir(path)).sort()).toEqual(
    ['index.html', 'mine-figure-0.png', 'mine-figure-0.svg', 'mine.json', 'other.json'].sort(),
  );
  expect(await read('published/index.html')).toMatch(/My own[^]*The other one/);
});

describe('cntk paper', () => {
  test('alone names what there is', async () => {
    const { status, stderr, stdout } = await cli('paper');
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(
      /^cntk: name an experiment:\n[^]*^ {2}report +Draw the pictures[^]*"cntk paper --help" shows/m,
    );
  });

  test('with a wrong word names that word', async () => {
    await fail(2, /unknown command "repot". Did you mean report\?\n.*"cntk paper --help"/, 'paper', 'repot');
    await fail(
      2,
      /unknown option --jsn: did you mean --json\?\n.*"cntk paper report --help"/,
      ...'paper report x --jsn'.split(' '),
    );
  });

  test('report --help has examples', async () => {
    const { stdout } = await succeed('paper', 'report', '--help');
    expect(stdout).toMatch(/Examples:\n +cntk paper report/);
  });
});
