// Plan: the scripts say what they should; on a real Slurm eight shards run, one is killed, what it lacks is submitted
// again alone, and the merged matrices have the bits of one process.
import { spawnSync } from 'node:child_process';
import { copyFile, mkdir, readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { slurmLacks, SlurmCluster } from '../support/slurm-cluster.js';
import { binary, fail, folder, succeed, writeDigits } from './cli.js';

const KERNEL = '--images x.npy --test z.npy --depth 3 --tune off';

beforeAll(async () => {
  await writeDigits('x', 0, 64);
  await writeDigits('z', 64, 80);
});

describe('cntk slurm', () => {
  test('writes a job array and the job after it', async () => {
    const args = `slurm ${KERNEL} --out written --shards 5 --gres gpu:1 --retries 2 --sbatch=--partition=big --labels x-labels.npy --test-labels z-labels.npy --ridge 0.1 --json`;
    const { stdout } = await succeed(...args.split(' '));
    const { shards, finish, array } = JSON.parse(stdout) as Record<string, string>;
    expect(array).toBe('1-5');
    const [one, other] = [await readFile(shards, 'utf8'), await readFile(finish, 'utf8')];
    for (const line of ['--requeue', '--gres=gpu:1', '--partition=big'])
      expect(one).toContain(`#SBATCH ${line}\n`);
    expect(one).toContain(`--images ${join(folder, 'x.npy')}`);
    expect(one).toContain('--shard "$SLURM_ARRAY_TASK_ID/5"');
    expect(one).toMatch(/SLURM_RESTART_COUNT:-0\}" -lt 2.*\n +scontrol requeue/);
    expect(other).toMatch(/store merge .*\n.*store verify .*\n.* solve .*--ridge 0\.1 /);
    for (const file of [shards, finish]) expect(spawnSync('bash', ['-n', file]).status).toBe(0);
  });

  test.each([
    ['--out K.npy --shards 2', /shards need a folder/],
    ['--out no --shards 0', /--shards: "0"/],
    ['--out no --shards 2 --test-labels z-labels.npy', /--test-labels needs/],
    ['--out no --shards 2 --depth 3,4 --labels x-labels.npy', /one kernel/],
  ])('%s is refused', async (args, message) => {
    const words = `slurm --images x.npy ${args.includes('--depth') ? '' : '--depth 3 '}${args}`;
    await fail(2, message, ...words.split(' ').filter(Boolean));
  });
});

const lacks = slurmLacks();
if (lacks !== undefined) process.stderr.write(`the test on a real Slurm is skipped: ${lacks}\n`);

(lacks === undefined ? describe : describe.skip)('on a real Slurm', () => {
  let cluster: SlurmCluster;
  beforeAll(async () => {
    cluster = await SlurmCluster.start();
  }, 60_000);
  afterAll(() => cluster.stop());

  const submit = (...words: string[]) => {
    const args = [
      binary,
      'slurm',
      ...KERNEL.split(' '),
      '--out',
      'S',
      '--shards',
      '8',
      '--submit',
      '--json',
      ...words,
    ];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, {
      cwd: folder,
      env: cluster.env,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(stderr);
    return JSON.parse(stdout) as { arrayJob?: string; finishJob: string; array: string };
  };
  const ended = async () => {
    while (
      (await cluster.run('squeue', '-h', '--states=all', '-o', '%T')).match(/PENDING|RUNNING|COMPLETING/)
    )
      await new Promise((resolve) => setTimeout(resolve, 200));
  };
  const stateOf = async (job: string) =>
    (await cluster.run('scontrol', 'show', 'job', job)).match(/JobState=(\w+)/)![1];

  test('eight shards, one killed; what is missing runs again; the bits of one process', async () => {
    const first = submit('--retries', '0', '--labels', 'x-labels.npy', '--test-labels', 'z-labels.npy');
    expect(first.array).toBe('1-8');
    // A task that waits would be cancelled; one that runs dies as by a failing node.
    const seventh = `${first.arrayJob!}_7`;
    while (
      (await cluster.run('squeue', '-h', '--states=all', '-j', seventh, '-o', '%T')).trim() === 'PENDING'
    )
      await new Promise((resolve) => setTimeout(resolve, 30));
    await cluster.run('scancel', '--full', '--signal=KILL', seventh);
    await ended();
    expect(await stateOf(first.finishJob)).toBe('FAILED');
    expect(await readFile(join(folder, 'S/slurm/finish.log'), 'utf8')).toMatch(
      /\d+ of \d+ are still missing/,
    );
    expect(await stateOf(seventh)).not.toBe('COMPLETED');
    const before = await readdir(join(folder, 'S/tiles'));

    const second = submit('--labels', 'x-labels.npy', '--test-labels', 'z-labels.npy');
    expect(second.array).toBe('7');
    await ended();
    expect(await stateOf(second.finishJob)).toBe('COMPLETED');
    const after = await readdir(join(folder, 'S/tiles'));
    expect(after).toEqual(expect.arrayContaining(before));
    expect(after.length).toBeGreaterThan(before.length);
    expect(JSON.parse(await readFile(join(folder, 'S/solution/report.json'), 'utf8'))).toMatchObject({
      converged: true,
      counts: { train: 64, test: 16 },
    });

    await succeed('kernel', ...KERNEL.split(' '), '--out', 'one');
    for (const name of ['ntk-gap-d3-hidden.npy', 'test-ntk-gap-d3-hidden.npy']) {
      const [merged, expected] = await Promise.all(
        ['S', 'one'].map((each) => readFile(join(folder, each, name))),
      );
      expect(merged.equals(expected)).toBe(true);
    }
    expect(submit().arrayJob).toBeUndefined();
    await ended();
  }, 120_000);

  test.each([
    ['that a directive can name', 'a b\'s "c" $HOME `d` %a %% #e ünï ~*[x]'],
    ['that no directive can name', 'line\nbreak \\ and \'all\' "that" $HOME `d` %a'],
  ])(
    'names of folders and files %s',
    async (_, name) => {
      await mkdir(join(folder, name));
      await copyFile(join(folder, 'x.npy'), join(folder, name, '-x.npy'));
      const words = [
        'slurm',
        '--images',
        `${name}/-x.npy`,
        '--depth',
        '3',
        '--out',
        `${name}/K S`,
        '--shards',
        '1',
      ];
      const labels = ['--labels', 'x-labels.npy', '--tune', 'off', '--sbatch=--comment=two "words"'];
      const printed = (await succeed(...words, ...labels)).stdout;
      // As the user would: the printed lines are pasted into a shell.
      const { status, stderr } = spawnSync('bash', ['-c', `set -e\n${printed}`], {
        cwd: folder,
        env: cluster.env,
        encoding: 'utf8',
      });
      expect([status, stderr]).toEqual([0, '']);
      await ended();
      const out = join(folder, name, 'K S');
      expect((await readdir(join(out, 'slurm'))).sort()).toEqual([
        'finish.log',
        'finish.sh',
        'shard-1.log',
        'shards.sh',
      ]);
      expect([await readFile(join(out, 'slurm/shard-1.log'), 'utf8'), await readdir(out)]).toEqual([
        expect.anything(),
        expect.arrayContaining(['manifest.json', 'solution', 'slurm']),
      ]);
    },
    120_000,
  );
});
