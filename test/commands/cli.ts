import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadDigits } from '../../src/data/digits.js';
import type { LabelledImages } from '../../src/data/load.js';
import { writeNpy } from '../../src/data/npy.js';
import { selectImages } from '../../src/images/subset.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** The built command line. */
export const binary = join(root, 'dist/src/cli.js');

/** A folder that lives as long as the test file; commands run in it. */
export const folder = mkdtempSync(join(tmpdir(), 'cntk-cli-'));

const cacheFolder = `${folder}-cache`;

beforeAll(() => {
  if (!existsSync(binary)) throw new Error(`${binary} is missing: npm run build makes it`);
});

afterAll(async () => {
  for (const each of [folder, cacheFolder]) await rm(each, { recursive: true, force: true });
});

export interface CliResult {
  readonly status: number | null;
  readonly stdout: string;
  /** Without Dawn's start-up warnings, which can be silenced on a terminal and a pipe, but not on a test's socket. */
  readonly stderr: string;
}

/** Starts the built command line in `folder`. */
export function startCli(...args: string[]): ChildProcess {
  // Measurements of the user are neither read nor replaced.
  const env = { CNTK_CACHE_DIR: cacheFolder, ...process.env, CNTK_DEBUG: '' };
  return spawn(process.execPath, [binary, ...args], { cwd: folder, env });
}

/** Waits for the end of what `startCli` started. */
export async function resultOf(child: ChildProcess): Promise<CliResult> {
  let [stdout, stderr] = ['', ''];
  child.stdout!.on('data', (text: Buffer) => (stdout += text.toString()));
  child.stderr!.on('data', (text: Buffer) => (stderr += text.toString()));
  const [status] = (await once(child, 'close')) as [number | null];
  return { status, stdout, stderr: stderr.replace(/^Warning: max.*\n/gm, '') };
}

/** Runs the built command line in `folder`. */
export function cli(...args: string[]): Promise<CliResult> {
  return resultOf(startCli(...args));
}

/** Runs a command that must succeed. */
export async function succeed(...args: string[]): Promise<CliResult> {
  const result = await cli(...args);
  if (result.status !== 0)
    throw new Error(`cntk ${args.join(' ')}: status ${result.status}\n${result.stderr}`);
  return result;
}

/** Runs a command that must fail with this status and one message, and must print and leave nothing. */
export async function fail(status: number, message: RegExp, ...args: string[]): Promise<void> {
  const before = await readdir(folder, { recursive: true });
  const result = await cli(...args);
  expect(result.stderr).toMatch(message);
  expect(result).toMatchObject({ status, stdout: '' });
  expect(result.stderr).toMatch(/^cntk: /m);
  // The stack of an error.
  expect(result.stderr).not.toMatch(/^\s+at .*:\d+/m);
  expect(await readdir(folder, { recursive: true })).toEqual(before);
}

/**
 * Digits first … end − 1, of every second row and column 4×4 pixels: what a software adapter compiles for an image grows with its side, and
 * takes most of a test.
 */
export async function digits(first: number, end: number): Promise<LabelledImages & { labels: Int32Array }> {
  const all = await loadDigits();
  const chosen = selectImages(
    all,
    Array.from({ length: end - first }, (_, i) => first + i),
  );
  const whole = chosen.images.data;
  const pixel = (image: number, y: number, x: number) => whole[64 * image + 8 * (2 * y + 1) + 2 * x + 1];
  const data = Float32Array.from({ length: 16 * chosen.images.count }, (_, e) =>
    pixel(Math.floor(e / 16), Math.floor(e / 4) % 4, e % 4),
  );
  return { ...chosen, images: { ...chosen.images, data, height: 4, width: 4 }, labels: chosen.labels! };
}

/** Writes digits as NAME.npy, and their labels as NAME-labels.npy, into `folder`. */
export async function writeDigits(
  name: string,
  first: number,
  end: number,
  withLabels = true,
): Promise<void> {
  const { images, labels } = await digits(first, end);
  await writeNpy(join(folder, `${name}.npy`), [images.count, images.height, images.width], images.data);
  if (withLabels) await writeNpy(join(folder, `${name}-labels.npy`), [images.count], labels);
}

/** A text file in `folder`. */
export function read(name: string): Promise<string> {
  return readFile(join(folder, name), 'utf8');
}
