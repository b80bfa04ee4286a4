// The example of a page, out of the packed package and bundled as its first lines say, shows in Chromium the kernel that
// Node computes; without WebGPU it shows what is missing.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { cntk, kernel } from '../../src/index.js';
import { testGpu } from '../support/gpu.js';
import { describeInChromium, launchChromium, openPage } from './chromium.js';
import { serveFolder } from './static-server.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
const folder = mkdtempSync(join(tmpdir(), 'cntk-example-'));
const unpacked = join(folder, 'node_modules/cntk-webgpu');
const example = join(unpacked, 'examples/browser');

beforeAll(async () => {
  execFileSync(npm, ['pack', '--ignore-scripts', '--pack-destination', folder], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const [packed] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  mkdirSync(unpacked, { recursive: true });
  execFileSync('tar', ['-xzf', join(folder, packed), '--strip-components=1', '-C', unpacked]);
  await build({
    entryPoints: [join(example, 'kernel.js')],
    bundle: true,
    format: 'esm',
    outdir: join(example, 'built'),
    // What the package depends on is installed in the checkout.
    nodePaths: [join(root, 'node_modules')],
    logLevel: 'error',
  });
}, 120_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What the page shows in the end. */
async function shown(webgpu: boolean): Promise<string> {
  const { url, missing } = await serveFolder(example);
  const { page, faults } = await openPage(await launchChromium({ webgpu }), url);
  const output = page.locator('output');
  await output.filter({ hasNotText: 'computing' }).waitFor();
  // What the browser itself says where there is no adapter is no fault of the page.
  const own = faults.filter((fault) => !/^warning: No available adapters/.test(fault));
  expect({ own, missing }).toEqual({ own: [], missing: [] });
  return (await output.textContent())!;
}

describeInChromium('the example of a page', () => {
  test('shows the kernel that Node computes', async () => {
    const data = Float32Array.from({ length: 256 }, (_, at) => (at % 8 <= at / 64 ? 1 : 0.1));
    const images = { data, count: 4, channels: 1, height: 8, width: 8 };
    const expected = await kernel(await testGpu(), cntk({ depth: 5, readout: 'gap' }), images);
    const values = (await shown(true)).split(/\s+/).map(Number);
    expect(values).toHaveLength(16);
    for (const [i, value] of values.entries()) {
      expect(!(Math.abs(value / expected.data[i] - 1) <= 1e-6)).toBe(false);
    }
    expect(new Set(values).size).toBeGreaterThan(8);
  });

  test('says what is missing without WebGPU', async () => {
    expect(await shown(false)).toMatch(/^no WebGPU here: .*https or localhost$/);
  });
});
