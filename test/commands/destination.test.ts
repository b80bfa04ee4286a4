import { spawnSync } from 'node:child_process';
import { link, mkdir, mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import {
  DestinationFile,
  DestinationFolder,
  type FolderOptions,
} from '../../src/commands/results/destination.js';
import { unequalSizes } from '../../src/files/disk-space.js';
import { UsageError } from '../../src/commands/process/errors.js';
import { OutputError, writeAtomically } from '../../src/files/atomic-file.js';
import { PROCESS_TOKEN } from '../../src/files/process-token.js';

// Plan: whatever becomes of a place between reservation and commit, the results are somewhere whole, and the user is
// told where; what a dead process left goes, and what a living or unknown one has stays; inputs and foreign files stay.

let folder: string;
let out: string;
const warnings: string[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cntk-destination-'));
  out = join(folder, 'out');
  warnings.length = 0;
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const options: FolderOptions = {
  names: ['a.npy', 'b.npy'],
  report: 'report.json',
  sizeBytes: 1000,
  inputs: [],
  warn: (message) => warnings.push(message),
};

async function reserve(path = out, more: Partial<FolderOptions> = {}): Promise<DestinationFolder> {
  const destination = await DestinationFolder.reserve(path, { ...options, ...more });
  for (const name of options.names) destination.add(name, (file) => writeAtomically(file, [name]));
  return destination;
}

/** Files with their content, in all depths. */
async function contents(): Promise<Record<string, string>> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = files.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name));
  return Object.fromEntries(
    await Promise.all(paths.map(async (path) => [relative(folder, path), await readFile(path, 'utf8')])),
  ) as Record<string, string>;
}

const results = (at: string, report = 'new') => ({
  [`${at}/a.npy`]: 'a.npy',
  [`${at}/b.npy`]: 'b.npy',
  [`${at}/report.json`]: report,
});

test('nothing happens meanwhile: the results are where they were asked for, and nothing else', async () => {
  for (const report of ['new', 'newer']) {
    await using destination = await reserve();
    expect(await destination.commit(report)).toBe(out);
    await destination[Symbol.asyncDispose]();
    expect(await contents()).toEqual(results('out', report));
  }
  expect(warnings).toEqual([]);
});

test('of two runs into one new folder both have their results', async () => {
  await using first = await reserve();
  await using second = await reserve();
  expect(await second.commit('second')).toBe(out);
  expect(await first.commit('first')).toBe(`${out}.2`);
  for (const one of [first, second]) await one[Symbol.asyncDispose]();
  expect(await contents()).toEqual({ ...results('out', 'second'), ...results('out.2', 'first') });
  expect(warnings).toEqual([expect.stringContaining(`the results are in ${out}.2`)]);
});

test('of two runs into one folder with older results both have theirs', async () => {
  await mkdir(out);
  await writeFile(join(out, 'report.json'), 'old');
  await using first = await reserve();
  await using second = await reserve();
  expect(await second.commit('second')).toBe(out);
  expect(await first.commit('first')).toBe(`${out}.2`);
  for (const one of [first, second]) await one[Symbol.asyncDispose]();
  expect(await contents()).toEqual({ ...results('out', 'second'), ...results('out.2', 'first') });
});

test.each([
  ['turned into a file', false, async () => writeFile(out, 'mine'), 'out.2', { out: 'mine' }],
  ['turned into a link', false, async () => symlink('nowhere', out), 'out.2', {}],
  ['removed', true, async () => rm(out, { recursive: true }), 'out', {}],
  ['removed with all around it', true, async () => rm(folder, { recursive: true }), 'out', {}],
  [
    'removed and turned into a file',
    true,
    async () => {
      await rm(out, { recursive: true });
      await writeFile(out, 'mine');
    },
    'out.2',
    { out: 'mine' },
  ],
  [
    'given a folder with a name of a result',
    true,
    async () => mkdir(join(out, 'a.npy/deep'), { recursive: true }),
    'out.2',
    {},
  ],
])('a place that was %s: whole results all the same', async (_, exists, change, where, others) => {
  if (exists) await mkdir(out);
  await using destination = await reserve();
  await change();
  expect(await destination.commit('new')).toBe(join(folder, where));
  await destination[Symbol.asyncDispose]();
  expect(await contents()).toEqual({ ...results(where), ...others });
});

test('what cannot be written in its place is written elsewhere, and the error says where', async () => {
  await using destination = await reserve();
  const full = Object.assign(new Error('no space'), { code: 'ENOSPC' });
  destination.add('b.npy', (file) =>
    file.startsWith(out) ? Promise.reject(new OutputError(file, full)) : writeAtomically(file, ['b.npy']),
  );
  const error = await destination.commit('new').catch((reason: unknown) => reason as Error);
  expect(error).toBeInstanceOf(OutputError);
  const [, kept] = /the disk is full.*; what was computed is in (.*)$/.exec((error as Error).message)!;
  expect((await readdir(kept)).sort()).toEqual(['a.npy', 'b.npy', 'report.json']);
  await rm(kept, { recursive: true });
});

test('a file is beside one that appeared or changed meanwhile, and replaces an older one', async () => {
  const path = join(folder, 'K.npy');
  const write = (text: string) => (file: string) => writeAtomically(file, [text]);
  const reserveFile = () => DestinationFile.reserve(path, options);
  await using first = await reserveFile();
  await writeFile(path, 'another');
  expect(await first.commit(write('first'))).toBe(join(folder, 'K.2.npy'));
  await first[Symbol.asyncDispose]();
  await using second = await reserveFile();
  await writeFile(path, 'another still');
  expect(await second.commit(write('second'))).toBe(join(folder, 'K.3.npy'));
  await second[Symbol.asyncDispose]();
  await using third = await reserveFile();
  expect(await third.commit(write('third'))).toBe(path);
  await third[Symbol.asyncDispose]();
  expect(await contents()).toEqual({ 'K.npy': 'third', 'K.2.npy': 'first', 'K.3.npy': 'second' });
});

describe('leftovers', () => {
  // A token is SPACE-PID-START-RANDOM.
  const [space, , , random] = PROCESS_TOKEN.split('-');
  const deadPid = spawnSync('true').pid;
  const dead = `${space}-${deadPid}-1-${random}-0`;
  const living = `${space}-${process.ppid}--${random}-0`;
  const elsewhere = `0123456789ab-${deadPid}-1-${random}-0`;

  test('of dead processes go with the next run; others stay', async () => {
    await mkdir(out);
    const make = async (path: string) => {
      await mkdir(join(folder, path), { recursive: true });
      await writeFile(join(folder, path, 'a.npy'), path);
    };
    const gone = [`out.partial-${dead}`, `out/.partial-${dead}`];
    const staying = [
      `out.partial-${living}`,
      `out.partial-${elsewhere}`,
      `other.partial-${dead}`,
      'out.partial-x',
    ];
    for (const path of [...gone, ...staying]) await make(path);
    await writeFile(join(out, `.a.npy.${dead}.tmp`), '');
    await writeFile(join(out, `.a.npy.${living}.tmp`), '');
    await using destination = await reserve();
    await destination.commit('new');
    await destination[Symbol.asyncDispose]();
    expect((await readdir(folder)).sort()).toEqual(['out', ...staying].sort());
    expect((await readdir(out)).sort()).toEqual(
      [`.a.npy.${living}.tmp`, 'a.npy', 'b.npy', 'report.json'].sort(),
    );
  });

  test('with whole results stay', async () => {
    const path = `${out}.partial-${dead}`;
    await mkdir(path);
    await writeFile(join(path, 'report.json'), 'whole');
    await using destination = await reserve();
    await destination.commit('new');
    expect(await readdir(path)).toEqual(['report.json']);
  });

  test.each([
    [23, true],
    [25, false],
  ])('of a process that cannot be looked for, untouched for %d hours: stays is %s', async (hours, stays) => {
    for (const token of [elsewhere, '12345']) {
      const path = `${out}.partial-${token}`;
      await mkdir(path);
      const time = new Date(Date.now() - hours * 3600 * 1000);
      await utimes(path, time, time);
    }
    await using destination = await reserve();
    await destination.commit('new');
    const left = (await readdir(folder)).filter((name) => name.includes('partial'));
    expect(left.length).toBe(stays ? 2 : 0);
  });
});

describe('inputs', () => {
  test.each(['as it is', 'by a link', 'by a second name', 'as the member of an archive', 'by another way'])(
    'with the name of a result are refused: %s',
    async (way) => {
      await mkdir(out);
      const file = join(out, 'a.npy');
      await writeFile(file, 'mine');
      let input = file;
      if (way === 'by a link') await symlink(file, (input = join(folder, 'link.npy')));
      if (way === 'by a second name') await link(file, (input = join(folder, 'second.npy')));
      if (way === 'as the member of an archive') input = `${file}:train/x:y`;
      if (way === 'by another way') input = join(folder, 'out/../out', 'a.npy').replace('out/a', 'out/./a');
      await expect(reserve(out, { inputs: [input] })).rejects.toThrow(UsageError);
      expect(await contents()).toEqual({
        'out/a.npy': 'mine',
        ...(way.includes('second') ? { 'second.npy': 'mine' } : {}),
      });
    },
  );

  test('beside the results are not', async () => {
    await mkdir(out);
    await writeFile(join(out, 'c.npy'), 'mine');
    await using destination = await reserve(out, { inputs: [join(out, 'c.npy')] });
    await destination.commit('new');
    expect(await contents()).toEqual({ ...results('out'), 'out/c.npy': 'mine' });
  });
});

test("an earlier run's results go, the user's files stay, and what is read is not removed", async () => {
  await mkdir(out);
  const old = { version: '1', targets: 'centred', counts: { train: 3, test: 2 } };
  await writeFile(join(out, 'report.json'), JSON.stringify(old));
  for (const name of ['coefficients.npy', 'scores.npy', 'table.txt', 'notes.npy'])
    await writeFile(join(out, name), 'old');
  await expect(reserve(out, { inputs: [join(out, 'scores.npy')] })).rejects.toThrow(/would overwrite/);
  await using destination = await reserve();
  await destination.commit('new');
  await destination[Symbol.asyncDispose]();
  expect(await contents()).toEqual({ ...results('out'), 'out/table.txt': 'old', 'out/notes.npy': 'old' });
});

test.each([
  [2 ** 20, 2 ** 20 - 1, '1,048,576 bytes', '1,048,575 bytes'],
  [1.4 * 2 ** 20, 0.6 * 2 ** 20, '1.4 MiB', '0.6 MiB'],
  [5 * 2 ** 20, 2 * 2 ** 20, '5 MiB', '2 MiB'],
  [7.04 * 2 ** 30, 7 * 2 ** 30, '7.04 GiB', '7.00 GiB'],
  [7 * 2 ** 30, 2 ** 20, '7168 MiB', '1 MiB'],
])('%d and %d bytes differ in words', (a, b, first, second) => {
  expect(unequalSizes(a, b)).toEqual([first, second]);
});
