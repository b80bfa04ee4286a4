// What scripts/store-faults.mjs runs and looks at: the command line on a folder of its own, and its stores.
import { Buffer } from 'node:buffer';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

export const root = fileURLToPath(new URL('..', import.meta.url));
export const cli = join(root, 'dist/src/cli.js');
export const { values: options } = parseArgs({
  options: {
    kills: { type: 'string', default: '50' },
    images: { type: 'string', default: '72' },
    side: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
});
export const kills = Number(options.kills);
export const folder = fs.mkdtempSync(join(tmpdir(), 'cntk-faults-'));
export const at = (...names) => join(folder, ...names);

let state = Number(options.seed) || 1;
/** Park and Miller's generator: the same moments for the same seed, as far as the machine allows. */
export const random = () => (state = (state * 48271) % 2147483647) / 2147483647;

export const KERNEL = '--images x.npy --test z.npy --depth 3,5 --tune off --tile 8'.split(' ');
const NAMES = ['', 'test-'].flatMap((block) => [3, 5].map((depth) => `${block}ntk-gap-d${depth}-hidden.npy`));

export class Fault extends Error {}
export function assert(condition, message) {
  if (!condition) throw new Fault(message);
}

/** Starts the command line in the folder. */
export function start(words, { node = [], detached = false, within = [] } = {}) {
  const [program, ...before] = [...within, process.execPath];
  const child = spawn(program, [...before, ...node, cli, ...words], {
    cwd: folder,
    detached,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (child.text += text));
  return child;
}

export async function run(words, settings) {
  const child = start(words, settings);
  const [status] = await once(child, 'close');
  return { status, text: child.text };
}

export const kernel = (out, settings) => run(['kernel', ...KERNEL, '--out', out], settings);

export async function succeed(out, settings) {
  const { status, text } = await kernel(out, settings);
  assert(status === 0, `status ${status}: ${text.slice(-400)}`);
  return text;
}

export const tilesOf = (out) =>
  fs.existsSync(at(out, 'tiles'))
    ? fs.readdirSync(at(out, 'tiles')).filter((name) => /^[a-z]+-\d+-\d+\./.test(name))
    : [];

/** The matrices of a store are those of the undisturbed run. */
export function assertSameBits(out) {
  for (const name of NAMES) {
    const [found, expected] = [out, 'undisturbed'].map((one) => fs.readFileSync(at(one, name)));
    assert(found.equals(expected), `${name} differs from the undisturbed run`);
  }
}

/** Finishes a store; every tile that was there stays as it was. */
export async function resume(out, settings) {
  const before = tilesOf(out);
  const text = await succeed(out, settings);
  const after = new Set(tilesOf(out));
  const lost = before.filter((name) => !after.has(name));
  assert(lost.length === 0, `lost ${lost.length} tiles: ${lost[0]}`);
  assertSameBits(out);
  return { before: before.length, after: after.size, text };
}

/** A store that was killed when about a third of its tiles were there. */
export async function halfDone(out) {
  const all = tilesOf('undisturbed').length;
  const child = start(['kernel', ...KERNEL, '--out', out]);
  const ended = once(child, 'close');
  while (tilesOf(out).length < all / 3 && child.exitCode === null) await sleep(5);
  child.kill('SIGKILL');
  await ended;
  assert(tilesOf(out).length < all, 'the run was over before it could be disturbed');
}

/** Images as .npy: noise, the same everywhere. */
export function writeImages(name, count, side) {
  const dictionary = `{'descr': '<f4', 'fortran_order': False, 'shape': (${count}, ${side}, ${side}), }`;
  const header = Buffer.alloc(128, ' ');
  header.write('\x93NUMPY\x01\x00', 'latin1');
  header.writeUInt16LE(118, 8);
  header.write(dictionary, 10);
  header.write('\n', 127);
  const data = Float32Array.from({ length: count * side * side }, random);
  fs.writeFileSync(at(name), Buffer.concat([header, Buffer.from(data.buffer)]));
}
