// Plan: what surrounds a run. Users without a home, few open files and a folder that is gone give a note or one line;
// signals that are to be ignored are; what a killed run left goes with the next; inputs are not overwritten, and a
// folder holds the results of one run; warnings are heard also when quiet and stand in the report.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROCESS_TOKEN } from '../../src/files/process-token.js';
import { writeNpy } from '../../src/data/npy.js';
import { binary, cli, digits, fail, folder, read, resultOf, startCli, succeed, writeDigits } from './cli.js';

beforeAll(async () => {
  await writeDigits('x', 0, 12);
  await writeDigits('z', 12, 16);
  await writeDigits('several', 0, 100);
});

const KERNEL = ['kernel', '--images', 'x.npy', '--depth', '3', '--tune', 'off'];
const RUN = ['run', '--train', 'x.npy', '--test', 'z.npy', '--depth', '3'];

/** In `folder`, by a shell: "$0" is Node, "$1" the command line. */
function shell(script: string): { status: number | null; stderr: string } {
  return spawnSync('sh', ['-c', script, process.execPath, binary], { cwd: folder, encoding: 'utf8' });
}

const asRoot =
  process.getuid?.() === 0 && spawnSync('setpriv', ['--version']).status === 0 ? test : test.skip;
const onLinux = process.platform === 'linux' ? test : test.skip;

asRoot('a user whom nobody has entered, without a home: a note, and the kernel', () => {
  const open = mkdtempSync(join(tmpdir(), 'cntk-anyone-'));
  const env = `env -i PATH="$PATH" CNTK_ADAPTER="$CNTK_ADAPTER" CNTK_SWIFTSHADER_DIR="$CNTK_SWIFTSHADER_DIR"`;
  const user = `cp x.npy ${open}; chmod -R a+rwX ${open}; setpriv --reuid 54321 --clear-groups ${env}`;
  const { status, stderr } = shell(
    `${user} "$0" "$1" kernel --images ${open}/x.npy --depth 3 --out ${open}/K.npy`,
  );
  expect([status, stderr]).toEqual([
    0,
    expect.stringMatching(/cache file .* has no place: there is no home/),
  ]);
  expect(existsSync(join(open, 'K.npy'))).toBe(true);
});

onLinux('ever fewer open files: the first limit that is too low is told in one line', () => {
  // Where exactly the program meets it decides how Node puts it.
  const run = (limit: number) => shell(`ulimit -n ${limit}; "$0" "$1" kernel --help`);
  let limit = 100;
  let last = run(limit);
  expect(last).toMatchObject({ status: 0, stderr: '' });
  while (last.status === 0) last = run((limit -= 4));
  expect(last).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(/^cntk: .*no more files.*ulimit -n 1024\n$/) as string,
  });
});

onLinux('a folder that is gone: one line', () => {
  expect(shell('mkdir gone; cd gone; rmdir ../gone; "$0" "$1" --help')).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(/^cntk: .*does not exist any more/) as string,
  });
});

describe('signals', () => {
  /** Runs for seconds, is sent the signal when it computes, and comes to its end. */
  async function signalled(command: string, args: readonly string[], signal: NodeJS.Signals) {
    const child = spawn(command, [...args], { cwd: folder });
    let isSent = false;
    child.stderr.on('data', (text: Buffer) => {
      if (isSent || !text.toString().includes('kernel …')) return;
      isSent = true;
      // Of a shell the child.
      const [pid] = spawnSync('pgrep', ['-P', String(child.pid)], { encoding: 'utf8' }).stdout.split('\n');
      process.kill(pid ? Number(pid) : child.pid!, signal);
    });
    return resultOf(child);
  }
  const long = (out: string) => [
    binary,
    'kernel',
    '--images',
    'several.npy',
    '--depth',
    '40',
    '--tune',
    'off',
    '--out',
    out,
  ];

  onLinux('nohup: a hangup does not end it', async () => {
    const result = await signalled('nohup', [process.execPath, ...long('hup.npy')], 'SIGHUP');
    expect([result.status, result.stderr]).toEqual([0, expect.not.stringContaining('ending after')]);
    expect(existsSync(join(folder, 'hup.npy'))).toBe(true);
  });

  onLinux('an interrupt that the script ignores does not end it; control: another does', async () => {
    const words = long('int.npy').map((word) => `'${word}'`);
    const script = `trap "" INT; '${process.execPath}' ${words.join(' ')}; exit $?`;
    expect(await signalled('sh', ['-c', script], 'SIGINT')).toMatchObject({ status: 0 });
    const other = await signalled(process.execPath, long('int2.npy'), 'SIGINT');
    expect(other).toMatchObject({
      status: 130,
      stderr: expect.stringMatching(/interrupted; nothing was written\n$/) as string,
    });
  });

  test('processes of --adapter all end with a parent that is killed', async () => {
    await writeDigits('many', 0, 400);
    const child = startCli(
      'kernel',
      '--images',
      'many.npy',
      '--depth',
      '21',
      '--adapter',
      'all',
      '--tile',
      '20',
      '--tune',
      'off',
      '--out',
      'orphans',
    );
    const errors = resultOf(child);
    while (
      !existsSync(join(folder, 'orphans/tiles')) ||
      (await readdir(join(folder, 'orphans/tiles'))).length === 0
    )
      await new Promise((resolve) => setTimeout(resolve, 100));
    const children = spawnSync('pgrep', ['-P', String(child.pid)], { encoding: 'utf8' })
      .stdout.trim()
      .split('\n');
    expect(children.filter(Boolean).length).toBeGreaterThan(0);
    child.kill('SIGKILL');
    // Their stderr is the parent's: it is closed when all have ended.
    expect((await errors).stderr).toMatch(/terminated; \d+ of \d+ tiles are in orphans/);
  }, 60_000);
});

test('what a killed run left goes with the next run of the same name', async () => {
  const [space, , , random] = PROCESS_TOKEN.split('-');
  mkdirSync(join(folder, `litter.partial-${space}-${spawnSync('true').pid}-1-${random}-0`));
  await succeed(...RUN, '--out', 'litter');
  expect((await readdir(folder)).filter((name) => name.startsWith('litter'))).toEqual(['litter']);
});

describe('inputs and earlier results', () => {
  test('a run does not overwrite what it reads', async () => {
    await mkdir(join(folder, 'mine'));
    await copyFile(join(folder, 'x-labels.npy'), join(folder, 'mine/predictions.npy'));
    const labels = ['--train-labels', 'mine/predictions.npy'];
    await fail(2, /would overwrite mine.predictions\.npy/, ...RUN, ...labels, '--out', 'mine');
    await succeed(...RUN, ...labels, '--out', 'other');
  });

  test('solve neither, and what an earlier solve wrote goes', async () => {
    await succeed(...KERNEL, '--out', 'K.npy');
    await succeed('kernel', '--images', 'z.npy', '--against', 'x.npy', '--depth', '3', '--out', 'K2.npy');
    const solve = ['solve', '--kernel', 'K.npy', '--labels', 'x-labels.npy', '--ridge', '0.1'];
    await succeed(...solve, '--test-kernel', 'K2.npy', '--out', 'fit');
    await writeFile(join(folder, 'fit/notes.txt'), 'mine');
    await mkdir(join(folder, 'own'));
    await copyFile(join(folder, 'K2.npy'), join(folder, 'own/scores.npy'));
    await fail(
      2,
      /would overwrite own.scores\.npy/,
      ...solve,
      '--test-kernel',
      'own/scores.npy',
      '--out',
      'own',
    );
    await succeed(...solve, '--out', 'fit');
    expect((await readdir(join(folder, 'fit'))).sort()).toEqual([
      'coefficients.npy',
      'notes.txt',
      'report.json',
    ]);
  });

  test('store export does not write among the tiles; bench has two files', async () => {
    await succeed(...KERNEL, '--out', 'K');
    const name = (await readdir(join(folder, 'K/tiles')))[0];
    await fail(2, /among the tiles/, 'store', 'export', 'K', '--out', `K/tiles/${name}`);
    await fail(2, /--out and --plot are both/, 'bench', '--out', 'b.svg', '--plot', './b.svg');
  });
});

test('a warning about the data is heard when quiet, once, and stands in the report', async () => {
  await writeFile(join(folder, 'black.npy'), await blackChannel());
  const args = [
    'run',
    '--train',
    'black.npy',
    '--train-labels',
    'x-labels.npy',
    '--test',
    'black.npy',
    '--depth',
    '3',
  ];
  const { stderr } = await cli(...args, '--ridge', '1', '--quiet', '--out', 'warned');
  const said = stderr.split('\n').filter((line) => line.startsWith('cntk: warning: '));
  expect(said.length).toBeGreaterThan(0);
  expect(new Set(said).size).toBe(said.length);
  const { warnings } = JSON.parse(await read('warned/report.json')) as { warnings: string[] };
  expect(warnings.map((warning) => `cntk: warning: ${warning}`)).toEqual(said);
});

test.each([
  ['1', 0],
  ['2e-6', 1],
])(
  'with a ridge of %s a run of nearly equal images is warned of its rounding %i times, also when quiet',
  async (ridge, times) => {
    const { images, labels } = await digits(0, 12);
    const twice = Float32Array.from([...images.data, ...images.data.map((pixel) => pixel * (1 + 1e-6))]);
    await writeNpy(join(folder, 'twice.npy'), [24, images.height, images.width], twice);
    await writeNpy(join(folder, 'twice-labels.npy'), [24], Int32Array.from([...labels, ...labels]));
    const words = 'run --train twice.npy --test z.npy --depth 3 --quiet --out rounded --ridge'.split(' ');
    const { stderr } = await succeed(...words, ridge);
    const said = stderr.split('\n').filter((line) => /^cntk: warning: .*rounded to float32/.test(line));
    expect(said).toHaveLength(times);
    const { warnings } = JSON.parse(await read('rounded/report.json')) as { warnings: string[] };
    expect(warnings.map((warning) => `cntk: warning: ${warning}`)).toEqual(said);
  },
);

/** The twelve digits with a second channel that is the same everywhere. */
async function blackChannel(): Promise<Buffer> {
  const content = await readFile(join(folder, 'x.npy'));
  const start = 10 + content.readUInt16LE(8);
  const [, count, height, width] = /\((\d+), (\d+), (\d+)\)/
    .exec(content.toString('latin1', 0, start))!
    .map(Number);
  const pixels = height * width * 4;
  const images = Array.from({ length: count }, (_, i) => [
    content.subarray(start + i * pixels, start + (i + 1) * pixels),
    Buffer.alloc(pixels),
  ]);
  const header = content.subarray(0, start).toString('latin1');
  const shape = `(${count}, 2, ${height}, ${width})`;
  const wider = header.replace(/\(.*\), \}\s*\n$/, `${shape}, }`);
  return Buffer.concat([Buffer.from(`${wider.padEnd(start - 1)}\n`, 'latin1'), ...images.flat()]);
}
