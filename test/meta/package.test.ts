// What `npm pack` makes installs in an empty folder, and both entries, their types, the bin and the README's snippet work
// there.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
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
    console.log(typeof entry.kernel, typeof entry.fit);`;
  writeFileSync(join(folder, 'pure.mjs'), script);
  const { stdout, stderr } = runNode('pure.mjs');
  expect(stderr).toBe('');
  expect(stdout.trim()).toBe('function function');
});

/** Bundles `text` for browsers, minified, into NAME.mjs: its size, and the shaders and packages in it. */
async function bundle(name: string, text: string) {
  const outfile = join(folder, `${name}.mjs`);
  const { metafile, outputFiles } = await build({
    stdin: { contents: text, resolveDir: folder },
    outfile,
    write: false,
    bundle: true,
    format: 'esm',
    platform: 'browser',
    minify: true,
    metafile: true,
    logLevel: 'silent',
  });
  writeFileSync(outfile, outputFiles[0].contents);
  const [{ inputs, imports }] = Object.values(metafile.outputs);
  const files = Object.keys(inputs).map((file) => file.replaceAll('\\', '/'));
  const named = (pattern: RegExp) => files.flatMap((file) => pattern.exec(file)?.[1] ?? []);
  return {
    sizeBytes: outputFiles[0].contents.length,
    imports,
    shaders: named(/shaders\/linked\/(\w+)\.js$/).sort(),
    packages: [...new Set(named(/node_modules\/((?:@[^/]+\/)?[^/]+)\//))],
  };
}

const KERNEL_SHADERS = [
  'fields',
  'near_pairs',
  'norms',
  'planes',
  'planes_sampled',
  'planes_subgroup',
  'reaches',
  'subgroup_order',
  'tile_values',
  'zero_plane',
];

describe('a bundle for browsers', () => {
  test('of all of the main entry imports nothing, and holds one package besides ours and no shader of the benchmarks', async () => {
    const { sizeBytes, imports, shaders, packages } = await bundle('all', `export * from 'cntk-webgpu';`);
    expect(imports).toEqual([]);
    // Lists of layers are checked by valibot.
    expect([...packages].sort()).toEqual(['cntk-webgpu', 'valibot']);
    const solver = shaders.filter((name) => name.startsWith('cholesky_'));
    expect(solver).toHaveLength(8);
    const network = shaders.filter((name) => name.startsWith('network_'));
    expect(network).toHaveLength(8);
    expect(shaders).toEqual([...solver, ...KERNEL_SHADERS, ...network].sort());
    // 373,359 bytes when this was written.
    expect(sizeBytes).toBeLessThan(380_000);
  });

  test('holds the shaders that it uses and no others', async () => {
    const kernels = await bundle('kernels', `export { kernel } from 'cntk-webgpu';`);
    expect(kernels).toMatchObject({ shaders: KERNEL_SHADERS, packages: ['cntk-webgpu'] });
    const none = await bundle('none', `export { evaluate } from 'cntk-webgpu';`);
    expect(none).toMatchObject({ imports: [], shaders: [] });
    expect(none.sizeBytes).toBeLessThan(4000);
  });

  test('of a Node module fails: the bundler would see one', async () => {
    await expect(bundle('node', `export { openGpu } from 'cntk-webgpu/node';`)).rejects.toThrow(/node:/);
  });

  test('computes on the GPU of the page', async () => {
    await bundle('page', `export { cntk, Gpu, kernel, referenceKernel } from 'cntk-webgpu';`);
    // What a page has: navigator.gpu and the globals of WebGPU, here those of Dawn.
    const page = `
      import { create, globals } from 'webgpu';
      Object.assign(globalThis, globals);
      Object.defineProperty(globalThis, 'navigator', { value: { gpu: create([]) }, configurable: true });
      const { cntk, Gpu, kernel, referenceKernel } = await import('./page.mjs');
      const adapter = await navigator.gpu.requestAdapter();
      const device = await adapter.requestDevice();
      const data = Float32Array.from({ length: 3 * 2 * 20 }, (_, at) => Math.sin(12.9898 * at));
      const images = { data, count: 3, channels: 2, height: 4, width: 5 };
      const spec = cntk({ depth: 4 });
      const { data: values } = await kernel(await Gpu.open(device), spec, images);
      const exact = referenceKernel(images, images, spec);
      console.log(Math.max(...values.map((value, at) => Math.abs(value / exact[at] - 1))));
      device.destroy();
      await device.lost;
      globalThis.navigator.gpu = undefined;`;
    writeFileSync(join(folder, 'page-run.mjs'), page);
    const { stdout, status } = runNode('page-run.mjs');
    expect(status).toBe(0);
    expect(stdout.trim()).not.toBe('');
    expect(Number(stdout)).toBeLessThanOrEqual(2e-6);
  });
});

const MAIN_USE = `
  import { cntk, fit, Gpu, kernel, type KernelSpec, type KernelMatrix } from 'cntk-webgpu';
  import { computeGram, type GramResult } from 'cntk-webgpu/internals';
  const spec: KernelSpec = { kernel: 'nngp', depth: 3, readout: 'lap:2' };
  const images = { data: new Float32Array(4), count: 1, channels: 1, height: 2, width: 2 };
  export const run = async (device: GPUDevice): Promise<GramResult> =>
    computeGram(await Gpu.open(device), { images, kernels: [spec] });
  export const labels = async (gpu: Gpu, square: KernelMatrix): Promise<Int32Array> => {
    const model = await fit(gpu, square, [0, 1], { ridge: { absolute: 1e-3 } });
    return model.predict(await kernel(gpu, cntk({ depth: 11 }), images, images)).labels;
  };
  // @ts-expect-error an unknown kernel
  export const wrong: KernelSpec = { kernel: 'rbf', depth: 3, readout: 'gap' };
  // @ts-expect-error no device
  export const none = Gpu.open({ name: 'a device' });`;

const NODE_USE = `
  import { kernels, loadImages, openGpu, writeNpy, type KernelMatrix } from 'cntk-webgpu/node';
  export const run = async (file: string): Promise<KernelMatrix[]> => {
    using gpu = await openGpu();
    const { images } = await loadImages([file]);
    const matrices = await kernels(gpu, [{ kernel: 'ntk', depth: 3, readout: 'gap', trained: 'all' }], images);
    await writeNpy('K.npy', [matrices[0].rows, matrices[0].columns], matrices[0].data);
    return matrices;
  };
  // @ts-expect-error no such adapter option
  export const wrong = openGpu({ adaptor: 'nvidia' });`;

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
    import { openGpu } from 'cntk-webgpu/node';
    export const buffer = async (): Promise<GPUBuffer> => {
      const gpu = await openGpu();
      return gpu.device.createBuffer({ size: 4, usage: 0x80 });
    };`;
  const options = { lib: ['es2022'], module: 'nodenext', skipLibCheck: true };
  expect(compile(typescript, folder, use, { ...options, types: ['@webgpu/types'] })).toEqual([]);
  expect(compile(typescript, folder, use, options)).toEqual([expect.stringContaining('createBuffer')]);
});
