// What `npm pack` makes installs in an empty folder, and both entries, the bin and the README's snippet work there.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

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

test('types are exported for both entries', () => {
  writeFileSync(
    join(folder, 'types.ts'),
    `import { computeGram, type Channel, type GramResult } from 'cntk-webgpu';
     import { openDevice } from 'cntk-webgpu/node';
     const channel: Channel = { kernel: 'nngp', depth: 3, readout: 'lap:2' };
     export const run = async (): Promise<GramResult> => {
       const { gpu } = await openDevice();
       const images = { data: new Float32Array(4), count: 1, channels: 1, height: 2, width: 2 };
       return computeGram(gpu, { images, channels: [channel] });
     };
     // @ts-expect-error an unknown kernel
     export const wrong: Channel = { kernel: 'rbf', depth: 3, readout: 'gap' };`,
  );
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const options =
    '--noEmit --strict --module nodenext --target es2022 --lib es2023,esnext.disposable --skipLibCheck';
  const types = ['--types', '@webgpu/types'];
  const { status, stdout } = runNode(tsc, ...options.split(' '), ...types, 'types.ts');
  expect(stdout).toBe('');
  expect(status).toBe(0);
});
