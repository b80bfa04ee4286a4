// In a real Chromium a file of every format gives the bits and the labels of the command line, and a bad one its message;
// the script for it needs no module of Node, and what is heavy comes only when it is needed.
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build, type Metafile } from 'esbuild';
import { InputError } from '../../src/checks/input-error.js';
import { disk } from '../../src/data/disk.js';
import { readDropped } from '../../src/web/data/read-dropped.js';
import { bytesOf, npy, ramp } from '../data/files.js';
import { describeInChromium, launchChromium, openPage } from './chromium.js';
import { serveFolder } from './static-server.js';

const folder = mkdtempSync(join(tmpdir(), 'cntk-read-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const POLICY = `default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; img-src data:`;
let scripts: Metafile['outputs'] = {};

beforeAll(async () => {
  const { metafile } = await build({
    entryPoints: ['src/web/data/read-dropped.ts'],
    outdir: folder,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    minify: true,
    metafile: true,
    logLevel: 'error',
    tsconfigRaw: '{}',
  });
  scripts = metafile.outputs;
  cpSync('node_modules/@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm', join(folder, 'mozjpeg_dec.wasm'));
  writeFileSync(
    join(folder, 'index.html'),
    `<!doctype html><link rel="icon" href="data:,"><meta http-equiv="Content-Security-Policy" content="${POLICY}"><script type="module" src="page.js"></script><input type="file" multiple>`,
  );
  // The files of the field go to a worker; what it reads, or its message, stands in the page.
  writeFileSync(
    join(folder, 'page.js'),
    `const worker = new Worker('worker.js', { type: 'module' });
    document.querySelector('input').onchange = ({ target }) => {
      worker.postMessage([...target.files]);
      worker.onmessage = ({ data }) => (document.body.dataset.found = data);
    };`,
  );
  writeFileSync(
    join(folder, 'worker.js'),
    `import { readDropped } from './read-dropped.js';
    const hex = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, '0')).join('');
    onmessage = async ({ data: files }) => {
      try {
        const { train, notes } = await readDropped(files);
        const pixels = hex(await crypto.subtle.digest('SHA-256', train.images.data));
        const { count, channels, height, width } = train.images;
        postMessage(JSON.stringify({ pixels, count, channels, height, width, labels: [...train.labels], notes }));
      } catch (error) {
        postMessage(JSON.stringify(error.name === 'InputError' ? error.message : String(error.stack)));
      }
    };`,
  );
});

interface NamedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** The same by Node. */
async function readHere(files: readonly NamedFile[]): Promise<unknown> {
  try {
    const { train, notes } = await readDropped(files, { jpegCode: () => disk.jpegCode() });
    const { data, count, channels, height, width } = train.images;
    const pixels = createHash('sha256').update(bytesOf(data)).digest('hex');
    return { pixels, count, channels, height, width, labels: [...train.labels], notes };
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
}

const fixture = (name: string, called = name): NamedFile => ({
  name: called,
  bytes: readFileSync(`test/fixtures/data/${name}`),
});
const labels = (count: number): NamedFile => ({
  name: 'y.npy',
  bytes: npy('|u1', [count], ramp(count)),
});
const x = npy('<f4', [3, 4, 4], bytesOf(Float32Array.from(ramp(48), (value) => value / 7)));
const cifar = Buffer.concat([Buffer.of(3), ramp(3072), Buffer.of(5), ramp(3072).reverse()]);
const idx = Buffer.concat([Buffer.from('00000803000000030000000200000002', 'hex'), ramp(12)]);

const GOOD: readonly (readonly NamedFile[])[] = [
  [{ name: 'x.npy', bytes: x }, labels(3)],
  [{ name: 'x.npy', bytes: gzipSync(x) }, labels(3)],
  [{ name: 'train images ü', bytes: idx }, labels(3)],
  [{ name: 'x.gz', bytes: gzipSync(idx) }, labels(3)],
  [{ name: 'a.bin', bytes: cifar }],
  [fixture('cifar10-2.pkl')],
  [fixture('cifar100.pkl')],
  [fixture('deflated.npz')],
  [fixture('stored.npz')],
  [fixture('svhn.mat')],
  [fixture('rgb.png'), labels(1)],
  [fixture('palette.png'), labels(1)],
  [fixture('grey16.png'), labels(1)],
  [fixture('s420.jpg'), labels(1)],
  [fixture('progressive.jpg'), labels(1)],
  [fixture('turned6.jpg'), labels(1)],
];
const cut = ({ name, bytes }: NamedFile, share = 0.6): NamedFile[] => [
  { name, bytes: bytes.subarray(0, Math.floor(bytes.length * share)) },
];
const BAD: readonly (readonly NamedFile[])[] = [
  ...GOOD.map(([file]) => cut(file)),
  ...GOOD.map(([file]) => cut(file, 0.1)),
  [{ name: 'x.npy', bytes: Buffer.from('a text of a few words\n') }],
  [{ name: 'x.npy', bytes: Buffer.alloc(0) }],
  [{ name: 'x.gz', bytes: Buffer.concat([Buffer.of(0x1f, 0x8b), ramp(200)]) }],
  [fixture('snappy.parquet')],
  [fixture('bzip2.npz')],
  [fixture('attack-0.pkl')],
  [fixture('transparent.png'), labels(1)],
  [fixture('cmyk.jpg'), labels(1)],
  [labels(3)],
];

test('the script is small, and what few files need lies in scripts of its own', () => {
  const sizeOf = (path: string) => gzipSync(readFileSync(path)).length;
  const [entry] = Object.keys(scripts).filter((path) => path.endsWith('/read-dropped.js'));
  const atOnce = new Set([entry]);
  for (const path of atOnce) {
    for (const { path: imported, kind } of scripts[path].imports)
      if (kind === 'import-statement') atOnce.add(imported);
  }
  const size = [...atOnce].reduce((sum, path) => sum + sizeOf(path), 0);
  const all = Object.keys(scripts).reduce((sum, path) => sum + sizeOf(path), 0);
  process.stderr.write(`reading dropped files: ${size} bytes gzipped at once, ${all} of all scripts\n`);
  expect(size).toBeLessThan(35_000);
  expect(all).toBeLessThan(80_000);
});

describeInChromium('files chosen in Chromium', () => {
  test('are read as by the command line, and refused with its words', async () => {
    const browser = await launchChromium({ webgpu: false });
    const { url, missing } = await serveFolder(folder);
    const { page, faults } = await openPage(browser, url);
    const input = page.locator('input');
    const choose = async (files: readonly NamedFile[]): Promise<unknown> => {
      await page.evaluate(`delete document.body.dataset.found`);
      await input.setInputFiles(
        files.map(({ name, bytes }) => ({ name, mimeType: '', buffer: Buffer.from(bytes) })),
      );
      await page.waitForSelector('body[data-found]', { state: 'attached' });
      return JSON.parse((await page.getAttribute('body', 'data-found'))!) as unknown;
    };
    for (const files of GOOD) {
      const expected = await readHere(files);
      expect(expected).toHaveProperty('pixels');
      expect({ file: files[0].name, found: await choose(files) }).toEqual({
        file: files[0].name,
        found: expected,
      });
    }
    for (const files of BAD) {
      const expected = await readHere(files);
      expect(typeof expected).toBe('string');
      expect({ file: files[0].name, found: await choose(files) }).toEqual({
        file: files[0].name,
        found: expected,
      });
    }
    expect({ faults, missing }).toEqual({ faults: [], missing: [] });
  });
});
