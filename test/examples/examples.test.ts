// Every example runs as its first lines say, on real digits, and gets most of them right; the one in Python runs where
// NumPy and scikit-learn are installed and compiles everywhere.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const examples = fileURLToPath(new URL('../../examples/', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'cntk-examples-'));
const COUNT = 40;

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(command: string, ...args: string[]) {
  return spawnSync(command, args, { cwd: folder, encoding: 'utf8', timeout: 300_000 });
}

const python = (...args: string[]) => run('python3', ...args);
const hasPython = python('--version').status === 0;
const hasScikitLearn = python('-c', 'import numpy, sklearn').status === 0;

test('every example is run here', () => {
  expect(readdirSync(examples).sort()).toEqual([
    'README.md',
    'browser',
    'digits.mjs',
    'kernel-solve.sh',
    'library.mjs',
    'store.mjs',
    'support_vectors.py',
  ]);
});

test('library.mjs', () => {
  const { status, stdout } = run(process.execPath, join(examples, 'library.mjs'));
  expect(status).toBe(0);
  const [, right] = /^(\d+) of 200 digits right$/.exec(stdout.trim())!;
  expect(Number(right)).toBeGreaterThan(180);
});

test('store.mjs, interrupted after its first tile and run again, computes the others', async () => {
  const words = [join(examples, 'store.mjs'), join(folder, 'store'), String(COUNT)];
  const first = spawn(process.execPath, words, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [first.stdout, first.stderr]) stream.on('data', (text) => (said += String(text)));
  const ended = once(first, 'close') as Promise<[number | null]>;
  const tiles = () => readdir(join(folder, 'store/tiles')).catch(() => [] as string[]);
  const hasTile = async () => (await tiles()).some((name) => /^train-.*\.npy$/.test(name));
  while (first.exitCode === null && !(await hasTile())) await sleep(5);
  first.kill('SIGINT');
  expect(await ended).toEqual([130, null]);
  expect(said).toMatch(/interrupted; the same command goes on/);
  const there = (await tiles()).filter((name) => /^(train|test)-.*\.npy$/.test(name)).length;
  const { status, stdout, stderr } = run(process.execPath, ...words);
  expect({ status, stdout }).toMatchObject({ status: 0 });
  const all = 55 + 100; // 40 images in tiles of 4
  expect(stderr).toContain(`${there} of ${all} tiles are there`);
  expect(stdout).toContain(`${all - there} tiles computed in this run`);
  const right = [...stdout.matchAll(/^ntk-gap-d[35]-hidden: (\d+) of 40 digits right$/gm)];
  expect(right).toHaveLength(2);
  for (const [, count] of right) expect(Number(count)).toBeGreaterThan(32);
}, 300_000);

test('kernel-solve.sh, and support_vectors.py on the kernels that it leaves', () => {
  const { status, stdout, stderr } = run('sh', join(examples, 'kernel-solve.sh'), folder, String(COUNT));
  expect({ status, stderr: stderr.replace(/^Warning: .*\n/gm, '') }).toEqual({ status: 0, stderr: '' });
  const accuracies = [...stdout.matchAll(/depth-[35]\/report\.json ([\d.]+) percent right/g)];
  expect(accuracies).toHaveLength(2);
  for (const [, accuracy] of accuracies) expect(Number(accuracy)).toBeGreaterThan(80);
  if (!hasScikitLearn) return;
  const machine = python(join(examples, 'support_vectors.py'), folder);
  expect({ status: machine.status, stderr: machine.stderr }).toEqual({ status: 0, stderr: '' });
  const [, right] = /^(\d+) of 40 digits right$/.exec(machine.stdout.trim())!;
  expect(Number(right)).toBeGreaterThan(32);
}, 600_000);

test('support_vectors.py compiles', () => {
  if (!hasPython) return;
  const source = join(examples, 'support_vectors.py');
  const compile = `import sys; compile(open(sys.argv[1]).read(), sys.argv[1], 'exec')`;
  expect(python('-c', compile, source)).toMatchObject({ status: 0, stderr: '' });
});

test('kernel-solve.sh without a folder says what it needs', () => {
  const { status, stderr } = run('sh', join(examples, 'kernel-solve.sh'));
  expect(status).not.toBe(0);
  expect(stderr).toContain('name a folder for the results');
});
