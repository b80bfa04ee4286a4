// What `npm pack` makes installs in an empty folder, and both entries, their types, the bin and the README's snippet work
// there.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { publint } from 'publint';
import typescript from 'typescript';
import typescript59 from 'typescript-5.9';
import { compile } from '../support/compile.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
let folder = '';

/** Where the set-up had to unpack a software adapter, it serves the installed package too. */
const swiftshader = join(root, 'node_modules/.cache/cntk-webgpu/swiftshader');
const env = existsSync(swiftshader) ? { CNTK_SWIFTSHADER_DIR: swiftshader, ...process.env } : process.env;

function runNode(...args: string[]) {
  return spawnSync(process.execPath, args, { cwd: folder, env, encoding: 'utf8', timeout: 120_000 });
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cntk-package-'));
  const packed = execFileSync(npm, ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [{ filename }] = JSON.parse(packed) as [{ filename: string }];
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }');
  execFileSync(npm, ['install', '--no-audit', '--no-fund', '--prefer-offline', join(folder, filename)], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
}, 180_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('publint finds nothing wrong with what is published', async () => {
  const { messages } = await publint({ pkgDir: join(folder, 'node_modules/cntk-webgpu'), pack: false });
  expect(messages).toEqual([]);
});

test('the bin runs: version and devices', () => {
  const bin = join(folder, 'node_modules/cntk-webgpu/dist/src/cli.js');
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  expect(runNode(bin, '--version').stdout.trim()).toBe(version);
  const devices = runNode(bin, 'devices', '--json');
  expect(devices.status).toBe(0);
  expect(devices.stdout).toMatch(/"name"/);
});

test("the README's snippet runs on both entries and classifies", () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const [, snippet] = /```js\n(.*?)```/s.exec(readme)!;
  expect(snippet).toContain("from 'cntk-webgpu'");
  expect(snippet).toContain("from 'cntk-webgpu/node'");
  writeFileSync(join(folder, 'snippet.mjs'), snippet);
  const { status, stdout, stderr } = runNode('snippet.mjs');
  expect({ status, stderr: stderr.replace(/^Warning: .*\n/gm, '') }).toEqual({ status: 0, stderr: '' });
  expect(stdout.trim()).toBe('1');
});

test('the main entry needs no Node: it loads without node:, webgpu or the file system', () => {
  const script = `
    import { register } from 'node:module';
    const hook = \`export async function resolve(specifier, context, next) {
      if (/^node:|^webgpu$|^fs$|^path$/.test(specifier)) throw new Error('imports ' + specifier);
      return next(specifier, context);
    }\`;
    register('data:text/javascript,' + encodeURIComponent(hook));
    const entry = await import('cntk-webgpu');
    console.log(typeof entry.computeGram, typeof entry.fit);`;
  writeFileSync(join(folder, 'pure.mjs'), script);
  const { stdout, stderr } = runNode('pure.mjs');
  expect(stderr).toBe('');
  expect(stdout.trim()).toBe('function function');
});

const MAIN_USE = `
  import { computeGram, Gpu, type Channel, type GramResult } from 'cntk-webgpu';
  const channel: Channel = { kernel: 'nngp', depth: 3, readout: 'lap:2' };
  const images = { data: new Float32Array(4), count: 1, channels: 1, height: 2, width: 2 };
  export const run = (device: GPUDevice): Promise<GramResult> =>
    computeGram(new Gpu(device), { images, channels: [channel] });
  // @ts-expect-error an unknown kernel
  export const wrong: Channel = { kernel: 'rbf', depth: 3, readout: 'gap' };
  // @ts-expect-error no device
  export const none = new Gpu({ name: 'a device' });`;

const NODE_USE = `
  import { computeGram, openDevice, type GramResult, type ImageStack } from 'cntk-webgpu/node';
  export const run = async (images: ImageStack): Promise<GramResult> => {
    const { gpu, close } = await openDevice();
    const result = await computeGram(gpu, { images, channels: [{ kernel: 'ntk', depth: 3, readout: 'gap', trained: 'all' }] });
    close();
    return result;
  };
  // @ts-expect-error no such adapter option
  export const wrong = openDevice({ adaptor: 'nvidia' });`;

describe.each([
  ['5.9', typescript59 as unknown as typeof typescript],
  ['6', typescript],
])('the types, compiled by TypeScript %s without skipLibCheck', (version, compiler) => {
  test('is that version', () => {
    expect(compiler.version).toMatch(new RegExp(`^${version}\\.`));
  });

  describe.each([[['es2022']], [['es2022', 'dom']]])('with the libraries %s', (lib) => {
    test.each([
      ['nodenext', 'main entry', MAIN_USE],
      ['nodenext', 'Node entry', NODE_USE],
      ['bundler', 'main entry', MAIN_USE],
      ['bundler', 'Node entry', NODE_USE],
    ])('%s resolution, %s', (moduleResolution, _, use) => {
      const module = moduleResolution === 'bundler' ? 'esnext' : 'nodenext';
      expect(compile(compiler, folder, use, { lib, module, moduleResolution })).toEqual([]);
    });
  });

  test('a fault in the use is reported', () => {
    const faulty = MAIN_USE.replace("depth: 3, readout: 'lap:2'", "depth: '3', readout: 'lap:2'");
    expect(compile(compiler, folder, faulty, { lib: ['es2022'], module: 'nodenext' })).toEqual([
      expect.stringContaining("'string' is not assignable to type 'number'"),
    ]);
  });
});

test('beside @webgpu/types the device is the whole GPUDevice', () => {
  const use = `
    import { openDevice } from 'cntk-webgpu/node';
    export const buffer = async (): Promise<GPUBuffer> => {
      const { gpu } = await openDevice();
      return gpu.device.createBuffer({ size: 4, usage: 0x80 });
    };`;
  const options = { lib: ['es2022'], module: 'nodenext', skipLibCheck: true };
  expect(compile(typescript, folder, use, { ...options, types: ['@webgpu/types'] })).toEqual([]);
  expect(compile(typescript, folder, use, options)).toEqual([expect.stringContaining('createBuffer')]);
});
