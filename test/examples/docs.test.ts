// Every command and program in docs/data.md and docs/models.md runs, in the order of the page, and succeeds; the models of
// digits get most of them right.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { writeNpy } from '../../src/data/npy.js';
import { binary, digits, folder, read, writeDigits } from '../commands/cli.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

beforeAll(async () => {
  cpSync(join(root, 'test/fixtures/data'), folder, { recursive: true });
  for (const [name, picture] of [
    ['ant', 'rgb.png'],
    ['bee', 's420.jpg'],
  ]) {
    mkdirSync(join(folder, 'pictures', name), { recursive: true });
    cpSync(join(folder, picture), join(folder, 'pictures', name, picture));
  }
  for (const [name, first, end] of [
    ['x', 0, 60],
    ['z', 60, 90],
  ] as const) {
    await writeDigits(name, first, end);
    const { labels } = await digits(first, end);
    const several = Float64Array.from([...labels].flatMap((label) => [Number(label > 4), label % 2]));
    await writeNpy(join(folder, `${name}-multi.npy`), [labels.length, 2], several);
    await writeNpy(join(folder, `${name}-real.npy`), [labels.length], Float64Array.from(labels));
  }
});

/** What stands in the fenced blocks of this language on a page. */
function blocks(page: string, language: string): string[] {
  const text = readFileSync(join(root, 'docs', page), 'utf8');
  return text
    .split('```')
    .filter((_, i) => i % 2 === 1)
    .flatMap((block) => (block.startsWith(`${language}\n`) ? [block.slice(language.length + 1)] : []));
}

const commands = ['data.md', 'models.md'].flatMap((page) =>
  blocks(page, 'sh').flatMap((block) =>
    block
      .trim()
      .split('\n')
      .map((line) => [page, line] as const),
  ),
);

test('the pages have examples', () => {
  expect(commands.length).toBeGreaterThan(10);
});

test.each(commands)('%s: %s', (_, line) => {
  const [program, ...words] = line.split(/\s+/);
  expect(program).toBe('cntk');
  const { status, stderr } = spawnSync(process.execPath, [binary, ...words], {
    cwd: folder,
    encoding: 'utf8',
  });
  expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
});

test('what they wrote is good', async () => {
  const report = async (name: string) =>
    JSON.parse(await read(`${name}/report.json`)) as Record<string, number>;
  expect((await report('predicted')).accuracy).toBeGreaterThan(0.6);
  expect(await read('predicted/predictions.csv')).toMatch(/^image,label\n0,\d\n/);
  expect(readFileSync(join(folder, 'predicted/scores.npy'))).toEqual(
    readFileSync(join(folder, 'both/scores.npy')),
  );
  expect((await report('several-predicted')).meanAveragePrecision).toBeGreaterThan(0.9);
  expect((await report('real-predicted')).r2).toBeGreaterThan(0.5);
  const { calibration } = (await report('real-predicted')) as unknown as {
    calibration: { coverage95: number };
  };
  expect(calibration.coverage95).toBeGreaterThan(0.8);
  expect(readFileSync(join(folder, 'sheet.png')).subarray(1, 4).toString()).toBe('PNG');
});

test.each(blocks('models.md', 'js'))('the program in models.md', (text) => {
  const entry = pathToFileURL(join(root, 'dist/src/node.js')).href;
  writeFileSync(join(folder, 'program.mjs'), text.replace('cntk-webgpu/node', entry));
  const { status, stdout } = spawnSync(process.execPath, ['program.mjs'], { cwd: folder, encoding: 'utf8' });
  expect({ status, last: stdout.trim().split('\n').at(-1) }).toEqual({ status: 0, last: '30 predictions' });
});
