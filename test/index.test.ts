// Plan: every function that the package exports, each argument in turn replaced by what it is not: the error is one of
// the package's own and no accident of JavaScript ("Cannot read properties of …"), and nothing is computed. The control
// is the call with good arguments. A function that is new must be put into the table.
import { mkdtempSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as entry from '../src/node.js';
import * as internals from '../src/internals.js';
import { testGpu } from './support/gpu.js';

const library = { ...entry, ...internals };

const images: entry.ImageStack = {
  data: Float32Array.from({ length: 48 }, (_, i) => Math.sin(i)),
  count: 4,
  channels: 1,
  height: 3,
  width: 4,
};
const spec: entry.KernelSpec = { kernel: 'ntk', depth: 3, readout: 'gap', trained: 'hidden' };
const kernel = Float64Array.of(2, 1, 0, 1, 2, 1, 0, 1, 2);
const targets = Float64Array.of(1, 0, 0, 1, 0, 1);
const labels = Int32Array.of(0, 1, 1);
const folder = mkdtempSync(join(tmpdir(), 'cntk-index-'));
afterAll(() => rm(folder, { recursive: true, force: true }));
const [file, labelFile] = [join(folder, 'x.npy'), join(folder, 'classes.npy')];
const kernelFile = join(folder, 'kernel.npy');
const networkFile = join(folder, 'network.json');
const network = entry.presetNetwork('cntk-v:3');
beforeAll(async () => {
  await entry.writeNpy(file, [4, 1, 3, 4], images.data);
  await entry.writeNpy(labelFile, [3], labels);
  await entry.writeNetwork(networkFile, network);
  await entry.writeNpy(kernelFile, [3, 3], kernel);
  // Slurm's command for the test of the call that uses it.
  await writeFile(join(folder, 'sbatch'), '#!/bin/sh\necho 7\n', { mode: 0o755 });
  process.env.PATH = `${folder}:${process.env.PATH}`;
  process.env.CNTK_CACHE_DIR = join(folder, 'cache');
  const opened = await entry.openGpu();
  for (const name of ['K', 'K-other']) {
    const task = { ...storeTask(), folder: join(folder, name) };
    await entry.computeInStore(opened, task);
  }
  opened.close();
});
const storeTask = () => ({
  folder: join(folder, 'K'),
  kernels: [spec],
  images: entry.storeImages({ images }),
});
const classification = () =>
  entry.prepareClassification({ train: { images, labels: [0, 1, 0, 1] }, test: { images }, kernel: spec });
const gram = { rows: 4, columns: 4, symmetric: true };
const labelled = () => ({
  ...{ images, labels: Int32Array.of(0, 1, 0, 1), classes: 2, files: ['x.npy'], format: 'npy' },
  sources: { images: [], labels: [] },
});
const drawOptions: entry.DrawOptions = { trainCount: 4, subset: 'first', seeds: [0] };

/** What no argument is, by name; an argument's own class is left out where it is meant. */
const WRONG: Readonly<Record<string, unknown>> = {
  undefined,
  null: null,
  number: -1.5,
  text: 'text',
  function: () => 1,
  'empty object': {},
  date: new Date(0),
  promise: Promise.resolve(1),
  'data view': new DataView(new ArrayBuffer(16)),
  'array buffer': new ArrayBuffer(192),
  set: new Set([1]),
  'array of texts': ['1', '2'],
};

interface Entry {
  readonly good: readonly unknown[];
  /** Names of what an argument may be all the same, by its position: options may be left out. */
  readonly may?: Readonly<Partial<Record<number, readonly string[]>>>;
}

const OPTIONS = ['undefined', 'empty object', 'date', 'data view', 'array buffer', 'set', 'promise'];

let shared: entry.OpenGpu | undefined;
const openedGpu = async () => (shared ??= await entry.openGpu());
let sharedFiles: entry.ImageFiles | undefined;
let sharedModel: entry.KeptModel | undefined;
const problems: entry.SolveProblem[] = [];
afterAll(async () => {
  for (const problem of problems) await problem[Symbol.asyncDispose]();
  await sharedFiles?.[Symbol.asyncDispose]();
  shared?.close();
});

async function table(): Promise<Record<string, Entry>> {
  const gpu = await testGpu();
  const [pass] = library.planPasses([spec], images);
  const opened = await openedGpu();
  const store = await entry.TileStore.open(join(folder, 'K'));
  const matrices = entry
    .matricesOf(store)
    .map((matrix) => ({ ...matrix, path: join(folder, `out-${matrix.file}`) }));
  const problem = await entry.SolveProblem.open({ kernel: kernelFile, labels: labelFile });
  problems.push(problem);
  const loaded = {
    ...(await entry.loadImages([file], { layout: 'nchw' })),
    labels: Int32Array.of(0, 1, 0, 1),
  };
  const fitTask = entry.prepareFit({ train: loaded, kernel: spec, ridge: 0.1 });
  const imageFiles = (sharedFiles ??= await entry.ImageFiles.open([file], { layout: 'nchw' }));
  const model = (sharedModel ??= (await entry.fitModel(opened, fitTask)).model);
  const [variant] = library.planeCandidates(images, 1, gpu);
  async function* tiles() {
    await Promise.resolve();
    yield { firstRow: 0, rows: 4, firstColumn: 0, columns: 4, symmetric: true };
  }
  return {
    computeGram: { good: [gpu, { images, kernels: [spec] }] },
    computeTiles: { good: [gpu, tiles(), { images, kernels: [spec], tileImages: 4 }] },
    planPasses: { good: [[spec], images] },
    pairCount: { good: [gram] },
    planPass: { good: [pass, images, gram, gpu, {}], may: { 4: OPTIONS } },
    planeCandidates: { good: [images, 1, gpu] },
    planeCount: { good: [pass] },
    variantLabel: { good: [variant] },
    tune: {
      good: [gpu, { shape: { channels: 1, height: 2, width: 2 }, depth: 2, planes: 'one', budgetMs: 0 }],
    },
    cntk: { good: [{ depth: 3 }] },
    // A device says of limits and features what its adapter does.
    deviceRequest: { good: [gpu.device] },
    nngp: { good: [{ depth: 3 }] },
    kernel: { good: [gpu, spec, images], may: { 3: ['undefined'] } },
    kernels: { good: [gpu, [spec], images, undefined, {}], may: { 3: ['undefined'], 4: OPTIONS } },
    averagePool: { good: [{ ...images, width: 3, data: images.data.subarray(0, 36) }, 1] },
    flipHorizontally: { good: [images] },
    normalize: { good: ['unit', images, images], may: { 2: ['undefined'] } },
    normalizeBy: {
      good: ['standardize', images, { mean: Float64Array.of(0), standardDeviation: Float64Array.of(1) }],
    },
    drawSubset: { good: [labels, 2, 'random', 1] },
    selectImages: { good: [{ images, labels: undefined }, [0, 2]] },
    loadImages: { good: [[file], { layout: 'nchw' }], may: { 1: OPTIONS } },
    loadLabels: { good: [labelFile] },
    readNpy: { good: [file] },
    writeNpy: { good: [labelFile, [3], labels], may: { 0: ['text'] } },
    presetNetwork: { good: ['cntk-v:3'] },
    computeNetworks: { good: [gpu, { networks: [network], images }] },
    referenceNetwork: { good: [network, images, images] },
    readNetwork: { good: [networkFile] },
    writeNetwork: { good: [networkFile, network], may: { 0: ['text'] } },
    parseNetwork: {
      good: ['a.json', '[{ "layer": "conv", "size": 3 }, { "layer": "flatten" }]'],
      may: { 0: ['text'] },
    },
    networkText: { good: ['a.json', network], may: { 0: ['text'] } },
    referenceKernel: { good: [images, images, spec] },
    kernelName: { good: [spec] },
    defaultTrained: { good: ['gap'] },
    parseReadout: { good: ['lap:2'] },
    validateKernels: { good: [[spec], images] },
    chooseRidge: { good: [gpu, kernel, targets, [0, 0.1]], may: { 3: [] } },
    factorize: { good: [gpu, kernel, {}], may: { 2: OPTIONS } },
    argmax: { good: [Float64Array.of(1, 2, 3, 0), 2] },
    evaluate: { good: [labels, labels] },
    planFactorization: { good: [gpu, 100, {}], may: { 2: OPTIONS } },
    memorySource: { good: [kernel, 3] },
    openMemoryStore: { good: [] },
    fit: { good: [gpu, kernel, labels, { ridge: 0.1 }], may: { 3: OPTIONS } },
    solveRidge: { good: [gpu, kernel, targets, { ridge: 0.1 }], may: { 3: OPTIONS } },
    encodeTargets: { good: [labels, [0, 1], 'centred'] },
    classesOf: { good: [labels] },
    inspectImages: { good: [[file], 'nchw'], may: { 1: ['undefined'] } },
    describeData: { good: [loaded] },
    prepareFit: { good: [{ train: loaded, kernel: spec, ridge: 0.1 }] },
    fitModel: { good: [opened, fitTask, {}], may: { 2: OPTIONS } },
    predictImages: { good: [opened, model, imageFiles, {}], may: { 3: OPTIONS } },
    gatherPredictions: { good: [entry.predictImages(opened, model, imageFiles)] },
    predictionsOf: { good: [model.manifest.targets, Float64Array.of(0.5, 0.1)] },
    storeImages: { good: [{ images }, {}], may: { 1: OPTIONS } },
    computeInStore: { good: [opened, storeTask(), {}], may: { 2: OPTIONS } },
    inspectStore: { good: [store, {}], may: { 1: OPTIONS } },
    mergeIntoMatrices: { good: [store, [join(folder, 'K-other')], {}], may: { 2: OPTIONS } },
    matricesOf: { good: [store] },
    resultReport: { good: [store] },
    // A manifest may say anything.
    assembleMatrices: { good: [store, {}, {}], may: { 1: OPTIONS, 2: OPTIONS } },
    exportMatrices: { good: [store, matrices, {}], may: { 2: OPTIONS } },
    exportArchive: {
      good: [store, matrices, join(folder, 'all.npz'), {}],
      may: { 2: ['text'], 3: OPTIONS },
    },
    prepareClassification: {
      good: [{ train: { images, labels: [0, 1, 0, 1] }, test: { images }, kernel: spec }],
    },
    classify: { good: [opened, classification(), {}], may: { 2: OPTIONS } },
    solveFiles: { good: [gpu, problem, { ridge: 0.1 }], may: { 2: OPTIONS } },
    estimateJob: {
      good: [
        opened,
        { train: 4, test: 0, classes: 2, shape: { channels: 1, height: 2, width: 2 }, kernels: [spec] },
        { measures: false },
      ],
      may: { 2: OPTIONS },
    },
    prepareRun: { good: [opened, images, { kernels: [spec], grams: [gram] }, {}], may: { 3: OPTIONS } },
    tuneDevice: { good: [opened, { shape: { channels: 1, height: 2, width: 2 }, depth: 2 }] },
    drawImages: { good: [labelled(), labelled(), drawOptions] },
    computeTable1: {
      good: [
        opened,
        {
          ...{ draws: entry.drawImages(labelled(), labelled(), drawOptions), classes: 2, depths: [2] },
          ...{ columns: ['V'], regression: { ridge: 0.1 } },
        },
        { out: join(folder, 'table1') },
      ],
    },
    computeOnAllAdapters: {
      good: [{ folder: join(folder, 'K'), program: () => [process.execPath, '-e', ''] }, {}],
      may: { 1: OPTIONS },
    },
    writeSlurmScripts: {
      good: [{ program: ['cntk'], kernel: ['--images', file], out: join(folder, 'K'), shards: 2 }],
    },
    submitSlurmScripts: { good: [{ shards: 'shards.sh', finish: 'finish.sh', array: '' }] },
    listAdapters: { good: [{}], may: { 0: OPTIONS } },
    openGpu: { good: [{}], may: { 0: OPTIONS } },
  };
}

type Callable = (...args: readonly unknown[]) => unknown;

async function outcome(name: string, args: readonly unknown[]): Promise<unknown> {
  const result = await (library as unknown as Record<string, Callable>)[name](...args);
  const iterator = (result as Partial<AsyncIterable<unknown>> | null)?.[Symbol.asyncIterator];
  if (iterator) return await iterator.call(result).next();
  (result as Partial<entry.OpenGpu> | null)?.close?.();
  (result as Partial<entry.CholeskyFactor> | null)?.dispose?.();
  return result;
}

const isClass = (value: Callable) => /^class\b/.test(Function.prototype.toString.call(value));
/** The words of the builder spell a layer; `Network.of` checks what they say. */
const WORDS = 'avgpool conv dense erf flatten gap gaussian identity lap relu residual'.split(' ');
const functions = Object.entries(library as unknown as Record<string, Callable>)
  .filter(([, value]) => typeof value === 'function' && !isClass(value))
  .map(([name]) => name)
  .filter((name) => !WORDS.includes(name));

test('every exported function is in the table', async () => {
  expect(Object.keys(await table()).sort()).toEqual([...functions].sort());
});

test.each(functions)('%s refuses what its arguments are not, by name', async (name) => {
  const { good, may = {} } = (await table())[name];
  await outcome(name, good);
  const accidents: string[] = [];
  for (const position of good.keys()) {
    for (const [wrong, value] of Object.entries(WRONG)) {
      if (may[position]?.includes(wrong)) continue;
      const args = (await table())[name].good.map((one, i) => (i === position ? value : one));
      const error = await outcome(name, args).then(
        () => undefined,
        (reason: unknown) => reason as Error,
      );
      const isOwn =
        error !== undefined && (error.name !== 'TypeError' || error instanceof library.ArgumentError);
      if (!isOwn) accidents.push(`argument ${position} = ${wrong}: ${String(error?.message)}`);
    }
  }
  expect(accidents).toEqual([]);
});
