// What Dawn says is read right; every adapter of this machine opens by its name and computes; the choice
// follows the option, then CNTK_ADAPTER, then hardware before software; a wrong name lists the right ones.
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AdapterError } from '../../src/gpu/dawn/adapter-error.js';
import { parseAdapterList } from '../../src/gpu/dawn/adapters.js';
import { listAdapters, openGpu } from '../../src/node.js';

const requestedBefore = process.env.CNTK_ADAPTER;
afterEach(() => {
  if (requestedBefore === undefined) delete process.env.CNTK_ADAPTER;
  else process.env.CNTK_ADAPTER = requestedBefore;
});

test("Dawn's list of adapters is parsed", () => {
  const message = `no suitable backends found
Available adapters:
 * backend: 'vulkan', name: 'llvmpipe (LLVM 15.0.6, 256 bits)'
 * backend: 'd3d12', name: 'Maker's "Fast" GPU'
 * backend: 'null', name: 'Null backend'`;
  expect(parseAdapterList(message)).toEqual([
    { backend: 'vulkan', name: 'llvmpipe (LLVM 15.0.6, 256 bits)' },
    { backend: 'd3d12', name: `Maker's "Fast" GPU` },
    { backend: 'null', name: 'Null backend' },
  ]);
  expect(parseAdapterList('')).toEqual([]);
});

test('each adapter is described, software after hardware, and one would be used', async () => {
  const adapters = await listAdapters();
  expect(adapters.length).toBeGreaterThan(0);
  expect(adapters.filter(({ wouldBeUsed }) => wouldBeUsed)).toHaveLength(1);
  const software = adapters.map((adapter) => adapter.software);
  expect(software).toEqual([...software].sort((a, b) => Number(a) - Number(b)));
  for (const { name, limits, features, subgroupMinSize, subgroupMaxSize } of adapters) {
    expect(name).not.toBe('');
    // WebGPU's defaults, which every adapter must offer.
    expect(limits.maxStorageBufferBindingSize).toBeGreaterThanOrEqual(2 ** 27);
    expect(limits.maxComputeInvocationsPerWorkgroup).toBeGreaterThanOrEqual(256);
    expect(subgroupMaxSize).toBeGreaterThanOrEqual(subgroupMinSize);
    expect(subgroupMinSize).toBeGreaterThanOrEqual(features.includes('subgroups') ? 4 : 0);
  }
});

test('each adapter opens by its name, with its limits, and computes', async () => {
  for (const { name, limits, features } of await listAdapters()) {
    const opened = await openGpu({ adapter: name });
    const { device } = opened;
    expect(opened.adapter.name).toBe(name);
    expect(device.limits.maxStorageBufferBindingSize).toBe(limits.maxStorageBufferBindingSize);
    expect(device.limits.maxComputeInvocationsPerWorkgroup).toBe(limits.maxComputeInvocationsPerWorkgroup);
    expect(device.features.has('timestamp-query')).toBe(features.includes('timestamp-query'));
    expect(await squares(device)).toEqual([0, 1, 4, 9]);
    expect(opened.uncapturedErrors).toEqual([]);
    opened.close();
  }
});

test('a device is taken without a request: the one that the list announces', async () => {
  const announced = (await listAdapters()).find(({ wouldBeUsed }) => wouldBeUsed);
  const opened = await openGpu();
  expect(opened.adapter.name).toBe(announced?.name);
  opened.close();
});

test('CNTK_ADAPTER chooses, in any case, and the option overrides it', async () => {
  const adapters = await listAdapters();
  const last = adapters.at(-1)!.name;
  process.env.CNTK_ADAPTER = last.toUpperCase();
  const byVariable = await openGpu();
  expect(byVariable.adapter.name).toBe(last);
  byVariable.close();
  expect((await listAdapters()).find(({ wouldBeUsed }) => wouldBeUsed)?.name).toBe(last);

  process.env.CNTK_ADAPTER = 'no such adapter';
  const byOption = await openGpu({ adapter: adapters[0].name });
  expect(byOption.adapter.name).toBe(adapters[0].name);
  byOption.close();
});

test('an unknown name is an error that lists the names', async () => {
  const [{ name }] = await listAdapters();
  const error: unknown = await openGpu({ adapter: 'no such adapter' }).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(AdapterError);
  expect((error as AdapterError).message).toContain('"no such adapter"');
  expect((error as AdapterError).message).toContain(name);
});

test('errors outside any error scope are collected, not printed', async () => {
  const opened = await openGpu();
  opened.device.createBuffer({ label: 'of no use', size: 4, usage: 0 });
  await opened.device.queue.onSubmittedWorkDone();
  expect(opened.uncapturedErrors).toEqual([expect.stringContaining('of no use')]);
  opened.close();
});

test('a device is lost once closed, and others go on', async () => {
  const [first, second] = [await openGpu(), await openGpu()];
  first.close();
  first.close();
  expect((await first.device.lost).reason).toBe('destroyed');
  expect(() => {
    first.assertAlive();
  }).toThrow(/was lost/);
  expect(await squares(second.device)).toEqual([0, 1, 4, 9]);
  second.close();
});

const onLinux = process.platform === 'linux' ? test : test.skip;
onLinux.each([
  ['a pipe', '2>&1 | cat'],
  ['a file that is appended to', '2>>"$3"; cat "$3"; rm "$3"'],
])('what Dawn prints does not reach %s on stderr, what comes after does', (_, redirection) => {
  const log = join(tmpdir(), `cntk-dawn-${process.pid}.log`);
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const script = `const { openGpu } = await import('./dist/src/node.js');
    (await openGpu({ verbose: process.argv[1] === 'verbose' })).close();
    console.error('opened');`;
  const run = (mode: string) => {
    const command = `"$0" --input-type=module --eval "$1" "$2" ${redirection}`;
    const words = ['-c', command, process.execPath, script, mode, log];
    return spawnSync('sh', words, { cwd: root, encoding: 'utf8' }).stdout;
  };
  expect(run('quiet')).toBe('opened\n');
  expect(run('verbose')).toMatch(/opened\n$/);
});

/** 0², 1², 2², 3² by a compute shader. */
async function squares(device: GPUDevice): Promise<number[]> {
  const code = `@group(0) @binding(0) var<storage, read_write> values: array<f32>;
    @compute @workgroup_size(4) fn main(@builtin(local_invocation_index) i: u32) { values[i] = f32(i * i); }`;
  const module = device.createShaderModule({ code });
  const pipeline = await device.createComputePipelineAsync({ layout: 'auto', compute: { module } });
  const values = device.createBuffer({ size: 16, usage: 0x80 | 0x4 });
  const readback = device.createBuffer({ size: 16, usage: 0x1 | 0x8 });
  const layout = pipeline.getBindGroupLayout(0);
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(
    0,
    device.createBindGroup({ layout, entries: [{ binding: 0, resource: { buffer: values } }] }),
  );
  pass.dispatchWorkgroups(1);
  pass.end();
  encoder.copyBufferToBuffer(values, 0, readback, 0, 16);
  device.queue.submit([encoder.finish()]);
  await readback.mapAsync(0x1);
  return [...new Float32Array(readback.getMappedRange().slice(0))];
}
