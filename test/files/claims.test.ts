// Whose a claim is, whatever happens: containers with one host name, ids given out again, an event loop that stands
// still, many that see the same dead one, and things in its place that are no claim.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isKnownDead, PROCESS_TOKEN, tokenInName } from '../../src/files/process-token.js';
import { Claims } from '../../src/files/claims.js';

const folder = mkdtempSync(join(tmpdir(), 'cntk-claims-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

const dead = spawnSync('true').pid;
const [space, pid, started, random] = PROCESS_TOKEN.split('-');
const onLinux = process.platform === 'linux' ? test : test.skip;

describe('the token of a process', () => {
  test('tells the dead from the living, and from those that cannot be seen from here', () => {
    expect(isKnownDead(PROCESS_TOKEN)).toBe(false);
    // Another module of this process.
    expect(isKnownDead([space, pid, started, '00000000'].join('-'))).toBe(false);
    expect(isKnownDead([space, dead, started, random].join('-'))).toBe(true);
    // The same id in another container, on another host, or before the last boot.
    expect(isKnownDead(['1'.repeat(12), dead, started, random].join('-'))).toBe(false);
    for (const text of ['', 'x', `${PROCESS_TOKEN}x`, '0'.repeat(12) + `-${dead}--00000000`])
      expect(isKnownDead(text)).toBe(false);
    expect(tokenInName(`.K.npy.${PROCESS_TOKEN}-3.tmp`)).toBe(PROCESS_TOKEN);
    expect(tokenInName(`.partial-${PROCESS_TOKEN}-3`)).toBe(PROCESS_TOKEN);
    expect(tokenInName('.K.npy.123-0.tmp')).toBeUndefined();
  });

  onLinux(
    'tells an id that was given out again, and a process whose parent has not noted its end',
    async () => {
      expect(isKnownDead([space, pid, Number(started) - 1, '00000000'].join('-'))).toBe(true);
      // The shell does not wait for its child, and says its id.
      const shell = spawn('sh', ['-c', 'sleep 0.3 & echo $!; exec sleep 30'], {
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      const zombie = await new Promise<string>((resolve) =>
        shell.stdout.once('data', (text) => resolve(String(text))),
      );
      const fields = () => readFileSync(`/proc/${zombie.trim()}/stat`, 'utf8').split(') ')[1].split(' ');
      while (fields()[0] !== 'Z') await sleep(50);
      expect(isKnownDead([space, zombie.trim(), fields()[19], '00000000'].join('-'))).toBe(true);
      shell.kill();
    },
  );
});

test('of many that see a dead one, one takes it over, and knows it', async () => {
  for (let round = 0; round < 10; round++) {
    const at = join(folder, `many-${round}`);
    await mkdir(join(at, 'claims'), { recursive: true });
    await writeFile(join(at, 'claims/a.json'), JSON.stringify({ host: hostname(), pid: dead, beat: 3 }));
    const all = await Promise.all(Array.from({ length: 8 }, () => Claims.open(at)));
    const results = await Promise.all(all.map((claims) => claims.claim('a')));
    const held = await Promise.all(all.map((claims) => claims.holds('a')));
    expect(held.filter(Boolean)).toHaveLength(1);
    expect(results[held.indexOf(true)]).not.toBe('others');
    for (const claims of all) await claims[Symbol.asyncDispose]();
    expect(readdirSync(at)).toEqual([]);
  }
});

test('who lost a claim knows it, and neither beats on nor gives up the new one', async () => {
  const at = join(folder, 'lost');
  await using holder = await Claims.open(at, 300);
  expect(await holder.claim('a')).toBe('mine');
  expect(await holder.holds('a')).toBe(true);
  // Another process took it over while this one stood still.
  const file = join(at, 'claims/a.json');
  await rm(file);
  const others = JSON.stringify({ host: 'elsewhere', pid: 1, beat: 0 });
  await writeFile(file, others);
  expect(await holder.holds('a')).toBe(false);
  await sleep(300);
  await holder.release('a');
  expect(readFileSync(file, 'utf8')).toBe(others);
});

test('the heart beats while the event loop stands still', async () => {
  const at = join(folder, 'blocked');
  await using holder = await Claims.open(at, 1200);
  await holder.claim('a');
  await sleep(300);
  const file = join(at, 'claims/a.json');
  const before = readFileSync(file, 'utf8');
  // Nothing else of this process runs meanwhile.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2000);
  expect(readFileSync(file, 'utf8')).not.toBe(before);
  expect(await holder.holds('a')).toBe(true);
});

test.each([
  ['a named pipe', (path: string) => Promise.resolve(spawnSync('mkfifo', [path]))],
  ['a folder', (path: string) => mkdir(path)],
  ['a link that leads nowhere', (path: string) => symlink('nothing', path)],
  ['a link to itself', (path: string) => symlink(path, path)],
])('%s in the place of a claim is no claim', async (name, make) => {
  const at = join(folder, name);
  await mkdir(join(at, 'claims'), { recursive: true });
  await make(join(at, 'claims/a.json'));
  await using claims = await Claims.open(at, 60_000);
  expect(await claims.claim('a')).toBe('takenOver');
  expect(await claims.holds('a')).toBe(true);
});

test.each([
  ['null', 'null'],
  ['a list', '[]'],
  ['a number for the host', '{"host":1,"pid":1,"beat":0}'],
  ['a group of processes', `{"host":"${hostname()}","pid":-1,"beat":0}`],
  ['this very group', `{"host":"${hostname()}","pid":0,"beat":0}`],
  ['text for the id', `{"host":"${hostname()}","pid":"1","beat":0}`],
  ['a socket elsewhere', `{"host":"x","pid":1,"beat":0,"owner":"x","boot":"x","lifeline":"../../x"}`],
])('a claim that says %s waits for the lease, and is followed then', async (name, text) => {
  const at = join(folder, `text-${name}`);
  await mkdir(join(at, 'claims'), { recursive: true });
  await writeFile(join(at, 'claims/a.json'), text);
  await using claims = await Claims.open(at, 300);
  expect(await claims.claim('a')).toBe('others');
  await sleep(400);
  expect(await claims.claim('a')).toBe('takenOver');
});
