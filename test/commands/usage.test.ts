// Plan: help on stdout, complaints on stderr with status 2 and the option's name, before anything is computed; data
// that is damaged likewise; places that cannot be written are found at once; a reader that goes away is no error.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { binary, cli, fail, folder, resultOf, startCli, succeed, writeDigits } from './cli.js';

const RUN = 'run --train train.npy --test test.npy';

beforeAll(async () => {
  await writeDigits('train', 0, 12);
  await writeDigits('test', 12, 20);
});

describe('help', () => {
  test.each([
    ['run'],
    ['kernel'],
    ['solve'],
    ['devices'],
    ['demo'],
    ['bench'],
    ['plan'],
    ['tune'],
    ['store'],
    ['slurm'],
  ])('cntk %s --help has examples', async (command) => {
    const { stdout, stderr } = await succeed(command, '--help');
    expect(stderr).toBe('');
    expect(stdout).toMatch(new RegExp(`^cntk ${command}( <.*)?\n`));
    const examples = stdout.slice(stdout.indexOf('Examples:'));
    expect(examples).toContain(`cntk ${command}`);
    // Every option of an example is one of the command.
    for (const option of examples.match(/--[a-z-]+/g) ?? [])
      expect(stdout).toMatch(new RegExp(`^ +${option} `, 'm'));
  });

  test('names every command', async () => {
    const { stdout } = await succeed('--help');
    for (const command of [
      'run',
      'kernel',
      'solve',
      'devices',
      'demo',
      'bench',
      'plan',
      'tune',
      'store',
      'slurm',
    ])
      expect(stdout).toContain(`cntk ${command}`);
  });

  test('--version prints the version of the package', async () => {
    const manifest = new URL('../../package.json', import.meta.url);
    const { version } = JSON.parse(await readFile(manifest, 'utf8')) as { version: string };
    expect((await succeed('--version')).stdout).toBe(`${version}\n`);
  });

  test('without a command it is on stderr, with status 2', async () => {
    const { status, stdout, stderr } = await cli();
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain('cntk run');
  });
});

describe('wrong arguments', () => {
  test.each([
    ['rn', /unknown command "rn"\. Did you mean run\?/],
    ['zzzzzzzzzz', /unknown command "zzzzzzzzzz"/],
    ['run', /Missing required arguments: train, test, out/],
    ['run --train train.npy --out x', /Missing required argument: test/],
    [`${RUN} --out x --dpth 3`, /unknown option --dpth: did you mean --depth\?/],
    ['run --trian train.npy', /unknown option --trian: did you mean --train\?/],
    [`${RUN} --out x --zzzzzzzz 1`, /unknown option --zzzzzzzz$/m],
    [`${RUN} --out x --json extra`, /unexpected argument "extra"/],
    [`${RUN} --out x --depth 3.5`, /--depth: "3\.5" is not an integer/],
    [`${RUN} --out x --depth 1`, /--depth: "1" is not an integer of at least 2/],
    [`${RUN} --out x --depth 2`, /ntk-gap-d2-hidden.*identically zero/],
    [`${RUN} --out x --depth NaN`, /--depth: "NaN"/],
    [`${RUN} --out x --depth 1e999`, /--depth: "1e999"/],
    [`${RUN} --out x --depth`, /Not enough arguments following: depth/],
    [`${RUN} --out x --depth 3 --depth 4`, /--depth is given 2 times/],
    [`${RUN} --out x --depth 3,4`, /--depth: "3,4"/],
    [`${RUN} --out x --ridge -1`, /--ridge: "-1" is not a number ≥ 0/],
    [`${RUN} --out x --ridge NaN`, /--ridge: "NaN"/],
    [`${RUN} --out x --ridge Infinity`, /--ridge: "Infinity"/],
    [`${RUN} --out x --train-count 0`, /--train-count: "0" is not an integer of at least 1/],
    [`${RUN} --out x --first -1`, /--first: "-1" is not an integer of at least 0/],
    [`${RUN} --out x --memory 0`, /--memory: "0"/],
    [`${RUN} --out x --readout lap`, /--readout: unknown read-out "lap"/],
    [`${RUN} --out x --kernel nngp --trained all`, /--trained belongs to --kernel ntk/],
    [`${RUN} --out x --normalize foo`, /--normalize: "foo" is none of none, unit, standardize/],
    [`${RUN} --out=`, /--out: a value is missing/],
  ])('%s', async (args, message) => {
    await fail(2, message, ...args.split(' '));
  });
});

describe('wrong data', () => {
  test.each([
    ['--train none.npy --test test.npy', /none\.npy: no such file/],
    ['--train . --test test.npy', /is a folder/],
    ['--train cut.npy --test test.npy', /cut\.npy, byte 500: the data is cut off/],
    ['--train text.npy --test test.npy', /text\.npy, byte 0: is not a \.npy file/],
    ['--train train.npy --test wide.npy', /are 1×2×8.*the training images 1×4×4/],
    [
      '--train unlabelled.npy --test test.npy',
      /unlabelled\.npy: training images need labels.*--train-labels/,
    ],
    ['--train train.npy --train-labels test-labels.npy --test test.npy', /8 labels, but there are 12 images/],
    ['--train train.npy --test test.npy --train-count 13', /13 images are asked for, but there are 12/],
    ['--train train.npy --test test.npy --first 12', /the first image is 12, but there are 12/],
  ])('%s', async (args, message) => {
    const whole = await readFile(join(folder, 'train.npy'));
    await writeFile(join(folder, 'cut.npy'), whole.subarray(0, 500));
    await writeFile(join(folder, 'text.npy'), 'no array');
    await writeFile(
      join(folder, 'wide.npy'),
      whole.toString('latin1').replace('(12, 4, 4)', '(12, 2, 8)'),
      'latin1',
    );
    await writeDigits('unlabelled', 0, 12, false);
    await fail(2, message, 'run', ...args.split(' '), '--out', 'x');
  });
});

describe('places that cannot be written', () => {
  test.each([
    [
      'a file where a folder is needed',
      `${RUN} --out train.npy`,
      2,
      /--out train\.npy is a file; name a folder/,
    ],
    [
      'a folder below a file',
      `${RUN} --out train.npy/x`,
      1,
      /train\.npy\/x: cannot be written: .*\(ENOTDIR\)/,
    ],
    [
      'a folder where a file is needed',
      'kernel --images train.npy --depth 3 --out taken.npy',
      2,
      /is not a file/,
    ],
    ['a folder with the name of a result', `${RUN} --out taken`, 2, /taken\/scores\.npy is a folder/],
  ])('%s', async (_, args, status, message) => {
    await mkdir(join(folder, 'taken.npy'), { recursive: true });
    await mkdir(join(folder, 'taken/scores.npy'), { recursive: true });
    await fail(status, message, ...args.split(' '));
  });

  // Root may write anywhere else.
  (existsSync('/proc/self') ? test : test.skip)('a file system that takes no folders', async () => {
    await fail(1, /\/proc\/cntk: cannot be written: .*\(E[A-Z]+\)/, ...`${RUN} --out /proc/cntk`.split(' '));
  });
});

describe('cntk devices', () => {
  interface Device {
    readonly name: string;
    readonly software: boolean;
    readonly backend: string;
    readonly limits: Readonly<Record<string, number>>;
    readonly features: readonly string[];
    readonly wouldBeUsed: boolean;
  }

  test('lists the adapters, and the one that a run takes', async () => {
    const { adapters } = JSON.parse((await succeed('devices', '--json')).stdout) as { adapters: Device[] };
    expect(adapters.filter(({ wouldBeUsed }) => wouldBeUsed)).toHaveLength(1);
    for (const { limits } of adapters) expect(limits.maxStorageBufferBindingSize).toBeGreaterThan(0);
    const { stdout } = await succeed('devices');
    for (const { name } of adapters) expect(stdout).toContain(name);
    expect(stdout.match(/a run would take it +│ yes/g)).toHaveLength(1);

    const used = adapters.find(({ wouldBeUsed }) => wouldBeUsed)!;
    const report = JSON.parse(
      (await succeed(...`${RUN} --depth 3 --json --out device`.split(' '))).stdout,
    ) as { device: Device };
    expect(report.device).toMatchObject({ name: used.name, backend: used.backend, software: used.software });
  });

  test('--adapter chooses, and an unknown one is refused with the list', async () => {
    const { adapters } = JSON.parse((await succeed('devices', '--json')).stdout) as { adapters: Device[] };
    const last = adapters.at(-1)!;
    const args = ['devices', '--json', '--adapter', last.name.toUpperCase()];
    const chosen = JSON.parse((await succeed(...args)).stdout) as { adapters: Device[] };
    expect(chosen.adapters.find(({ wouldBeUsed }) => wouldBeUsed)?.name).toBe(last.name);
    const unknown = `${RUN} --out x --adapter`.split(' ');
    await fail(
      1,
      /no adapter's name contains "no such adapter"[^]*Available:/,
      ...unknown,
      'no such adapter',
    );
  });
});

describe('stdout', () => {
  test('a reader that goes away is no error', async () => {
    const child = startCli('devices');
    child.stdout!.destroy();
    expect(await resultOf(child)).toMatchObject({ status: 0, stderr: '' });
  });

  (existsSync('/dev/full') ? test : test.skip)('a full disk is one', () => {
    const result = spawnSync('sh', ['-c', '"$0" "$1" --help > /dev/full', process.execPath, binary], {
      encoding: 'utf8',
    });
    expect(result.status).toBe(1);
    expect(result.stderr).toMatch(/^cntk: standard output cannot be written: ENOSPC/);
    expect(result.stderr).not.toMatch(/^\s+at .*:\d+/m);
  });
});
