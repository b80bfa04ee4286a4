// Requests of every kind in one call: the paper's chains by their own kernel, bit for bit, other networks by theirs; the
// work that is told adds up; and what float32 cannot hold is refused or counted by name.
import { randomImages } from '../../src/images/random-images.js';
import { computeGram } from '../../src/kernel/gram.js';
import { KernelValueError, Underflows } from '../../src/kernel/kernel-values.js';
import { conv, dense, flatten, gap, relu } from '../../src/network/builder.js';
import { float32Matrix } from '../../src/network/float32-matrix.js';
import { computeNetworks } from '../../src/network/network-gram.js';
import { Network } from '../../src/network/network.js';
import { presetNetwork } from '../../src/network/presets.js';
import { splitRequests, validateRequests, type KernelRequest } from '../../src/planning/kernel-request.js';
import { prepareKernels } from '../../src/planning/prepare-kernels.js';
import { testGpu } from '../support/gpu.js';

const images = randomImages(5, { channels: 1, height: 6, width: 5 }, 1);
const preset = (name: string) => ({ name, source: name, network: presetNetwork(name) });
const fc = preset('fc:3');
const chain = preset('cntk-v:4');

test('one call computes chains, networks and both kernels of them', async () => {
  const opened = await testGpu();
  const requests: KernelRequest[] = [
    { kernel: 'nngp', arch: fc },
    { kernel: 'ntk', arch: chain },
    { kernel: 'nngp', depth: 4, readout: 'vanilla' },
    { kernel: 'ntk', arch: fc },
    { kernel: 'nngp', arch: chain },
  ];
  const grams = [{ rows: 5, columns: 5, symmetric: true }];
  const prepared = await prepareKernels(opened, images, { requests, grams });
  const done: number[] = [];
  const result = await prepared.compute(images, { onProgress: (work) => done.push(work.done / work.total) });
  expect(done.at(-1)).toBe(1);
  expect(done).toEqual([...done].sort((a, b) => a - b));
  // 3 layers of one plane, and 2 activations of a number.
  expect(result.elementLayers).toBe(15 * (3 * 30 + 2));

  const kernels = [
    { kernel: 'ntk', depth: 4, readout: 'vanilla', trained: 'all' },
    { kernel: 'nngp', depth: 4, readout: 'vanilla' },
  ] as const;
  const { matrices } = await computeGram(opened, { images, kernels, variant: prepared.variant });
  const { kernels: walked } = await computeNetworks(opened, { images, networks: [fc.network] });
  expect(result.matrices).toEqual([
    Float32Array.from(walked[0].nngp),
    matrices[0],
    matrices[1],
    Float32Array.from(walked[0].ntk!),
    matrices[1],
  ]);
});

test('a chain of the paper is split off, but not one with a factor of its own', () => {
  const scaled = Network.of(conv(3, { w: 2 }), relu(), flatten(), dense());
  const split = splitRequests(
    [
      { kernel: 'nngp', arch: chain },
      { kernel: 'nngp', arch: { name: 'scaled', source: 'scaled', network: scaled } },
    ],
    images,
  );
  expect(split).toMatchObject({
    specs: [{ kernel: 'nngp', depth: 4, readout: 'vanilla' }],
    networks: [scaled],
    ntk: false,
    sources: [{ spec: 0 }, { network: 0 }],
  });
});

test('requests that cannot be are refused before anything runs', () => {
  expect(() => validateRequests([])).toThrow(/list of kernels is empty/);
  const twice: KernelRequest[] = [
    { kernel: 'ntk', arch: fc },
    { kernel: 'ntk', arch: fc },
  ];
  expect(() => validateRequests(twice)).toThrow(/ntk-fc-3 is asked for twice/);
  const wide = Network.of(conv(7, { padding: 0 }), relu(), gap(), dense());
  const request: KernelRequest = {
    kernel: 'ntk',
    arch: { name: 'wide', source: 'wide.json', network: wide },
  };
  validateRequests([request]);
  expect(() => validateRequests([request], images)).toThrow(/^wide\.json: layer 1 \(conv\): .*1×6×5/);
});

test('values beyond float32 are refused by name, those below it counted, each pair once', () => {
  const shape = { rows: 2, columns: 2, symmetric: true };
  const made = (...values: number[]) => {
    const underflows = new Underflows();
    return { data: float32Matrix(Float64Array.from(values), shape, 'ntk-net', underflows), underflows };
  };
  const { data, underflows } = made(3e38, 1e-39, 1e-39, 0);
  expect(data[0]).toBe(Math.fround(3e38));
  expect(underflows).toMatchObject({ count: 1, first: 'ntk-net of images 1 and 0' });
  expect(made(1, 2 ** -126, 2 ** -126, 1).underflows.count).toBe(0);
  for (const wrong of [4e38, NaN, -Infinity]) {
    expect(() => made(1, wrong, wrong, 1)).toThrow(KernelValueError);
    expect(() => made(1, wrong, wrong, 1)).toThrow(/^ntk-net of images 1 and 0 is .*, beyond float32/);
  }
});
