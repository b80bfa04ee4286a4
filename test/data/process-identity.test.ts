import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  identityToken,
  lifeOf,
  ownIdentity,
  parseIdentityToken,
  type ProcessIdentity,
} from '../../src/data/process-identity.js';

// Plan: this process lives; one that has ended is dead, also while nobody has asked for its status (a zombie), also when
// its number was given to another; what cannot be looked for from here is unknown, never dead.

const onLinux = process.platform === 'linux' ? test : test.skip;

test('this process is alive, and its token says who it is', () => {
  expect(lifeOf(ownIdentity())).toBe('alive');
  expect(parseIdentityToken(identityToken())).toEqual(ownIdentity());
  expect(identityToken()).toMatch(/^[\w-]+$/);
});

test('a process that has ended is dead', async () => {
  const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)']);
  const identity: ProcessIdentity = { ...ownIdentity(), pid: child.pid!, start: '0' };
  expect(lifeOf(identity)).toBe('alive');
  child.kill('SIGKILL');
  await once(child, 'close');
  expect(lifeOf(identity)).toBe('dead');
});

onLinux('a process that has ended is dead before its parent has asked for it', async () => {
  const child = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 60']);
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  await new Promise((resolve) => setTimeout(resolve, 300));
  const zombie = { ...ownIdentity(), pid: Number(line.toString()), start: '0' };
  expect(lifeOf(zombie)).toBe('dead');
  child.kill('SIGKILL');
  await once(child, 'close');
});

onLinux('a number that another process bears now is dead', () => {
  expect(lifeOf({ ...ownIdentity(), start: String(Number(ownIdentity().start) - 1) })).toBe('dead');
});

test.each([
  ['another machine, or an earlier start of this one', { boot: '0123456789ab' }],
  ['another container', { namespace: '1' }],
  ['a system that does not tell', { boot: '' }],
])('%s: unknown', (_, other) => {
  expect(lifeOf({ ...ownIdentity(), pid: 2 ** 22 + 1, ...other })).toBe('unknown');
});

test.each(['', '1', '1-2-3', '-1-2-3-0123456789ab', '1-2-3-0123456789ab-0', '1-2-3-../../../etc'])(
  '"%s" is no token',
  (token) => {
    expect(parseIdentityToken(token)).toBeUndefined();
  },
);
