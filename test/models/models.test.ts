// Plan: a model that is kept predicts what the same fit predicts at once, bit for bit, whatever the size of the parts, and
// a stopped prediction goes on; labels of any kind come back as they were given; what is no model, of another version,
// damaged, or of other images is refused with both values.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { classify } from '../../src/classification/classification.js';
import { prepareClassification } from '../../src/classification/prepare-classification.js';
import { ImageFiles, loadImages, type LoadOptions } from '../../src/data/load.js';
import { writeNpy } from '../../src/data/npy.js';
import { openGpu, type OpenGpu } from '../../src/gpu/dawn/open-gpu.js';
import { fitModel, prepareFit, type FitModelRequest } from '../../src/models/fit-model.js';
import { KeptModel } from '../../src/models/kept-model.js';
import { gatherPredictions, predictImages } from '../../src/models/predict-images.js';
import { evaluateModel, predictionsOf } from '../../src/models/predictions.js';
import { ScoreFolder } from '../../src/models/score-folder.js';
import { inputError, npy, put, temporary } from '../data/files.js';

let opened: OpenGpu;
beforeAll(async () => {
  opened = await openGpu();
});
afterAll(() => opened.close());

const kernel = { kernel: 'nngp', depth: 2, readout: 'vanilla' } as const;
const TRAIN = [0, 1, 2, 0, 1, 2, 0, 1];
const TEST = [2, 1, 0];

/** Images 3×4 that have something of their class. */
async function write(name: string, labels: readonly number[], labelFile: Uint8Array): Promise<string> {
  const data = Float32Array.from({ length: labels.length * 12 }, (_, e) => {
    const image = Math.floor(e / 12);
    return 0.5 + 0.4 * Math.sin((1 + labels[image]) * (e % 12)) + 0.05 * Math.cos(e * e);
  });
  await writeNpy(temporary(`${name}.npy`), [labels.length, 3, 4], data);
  await put(`${name}-labels.npy`, labelFile);
  return temporary(`${name}.npy`);
}

const integers = (labels: readonly number[]) =>
  npy('<i4', [labels.length], new Uint8Array(Int32Array.from(labels).buffer));
const doubles = (shape: readonly number[], values: readonly number[]) =>
  npy('<f8', shape, new Uint8Array(Float64Array.from(values).buffer));
const texts = (words: readonly string[]) =>
  npy(
    '<U4',
    [words.length],
    Buffer.concat(
      words.map((word) =>
        Buffer.from(new Uint32Array(Array.from({ length: 4 }, (_, i) => word.codePointAt(i) ?? 0)).buffer),
      ),
    ),
  );

async function fitted(request: Partial<FitModelRequest>, file: string, load: LoadOptions = {}) {
  const train = await loadImages([file], load);
  return (await fitModel(opened, prepareFit({ train, kernel, ridge: 0.01, ...request }))).model;
}

async function predicted(model: KeptModel, file: string, load: LoadOptions = {}, chunkImages?: number) {
  await using files = await ImageFiles.open([file], load);
  return await gatherPredictions(predictImages(opened, model, files, { chunkImages }));
}

test('what is kept predicts as classify does, in parts of any size', async () => {
  const [x, z] = [await write('x', TRAIN, integers(TRAIN)), await write('z', TEST, integers(TEST))];
  const request = { train: await loadImages([x]), test: await loadImages([z]), kernel, ridge: 0.01 };
  const whole = await classify(opened, prepareClassification(request));
  await (await fitted({}, x)).save(temporary('model'));
  const model = await KeptModel.open(temporary('model'));
  for (const chunkImages of [1, 2, 512]) {
    const { scores, truth } = await predicted(model, z, {}, chunkImages);
    expect(scores).toEqual(whole.scores);
    expect([...truth.labels!]).toEqual(TEST);
    const evaluation = evaluateModel(model.manifest.targets, scores, { ...truth, file: z });
    expect(evaluation!.report).toEqual(whole.evaluation);
  }
});

test('a prediction that was stopped goes on with what it has; of other images nothing is taken', async () => {
  const [x, z] = [await write('x', TRAIN, integers(TRAIN)), await write('z', TEST, integers(TEST))];
  const model = await fitted({}, x);
  const kept = new ScoreFolder(temporary('parts'));
  const run = async (count: number) => {
    await using files = await ImageFiles.open([z]);
    const found = await gatherPredictions(
      predictImages(opened, model, files, { chunkImages: 1, kept, count }),
    );
    return found.scores;
  };
  const first = await run(2);
  // What is computed again would not be these.
  const marked: [string, Float64Array][] = [];
  const get = kept.get.bind(kept);
  kept.get = async (name) => {
    const found = await get(name);
    if (found) marked.push([name, found]);
    return found;
  };
  const all = await run(3);
  expect(marked).toHaveLength(2);
  expect(all.subarray(0, first.length)).toEqual(first);
  expect(all).toEqual((await predicted(model, z)).scores);
  await write('z', [0, 2, 1], integers(TEST));
  marked.length = 0;
  await run(3);
  expect(marked).toHaveLength(0);
});

test.each([
  [
    '-1 and 1',
    integers(TRAIN.map((label) => (label > 0 ? 1 : -1))),
    integers([1, 1, -1]),
    [1, 1, -1],
    undefined,
  ],
  [
    'large and far apart',
    integers(TRAIN.map((label) => label * 70000)),
    integers([140000, 70000, 0]),
    [140000, 70000, 0],
    undefined,
  ],
  [
    'one-hot',
    doubles(
      [8, 3],
      TRAIN.flatMap((label) => [0, 1, 2].map((c) => Number(c === label))),
    ),
    doubles([3, 3], [0, 0, 1, 0, 1, 0, 1, 0, 0]),
    TEST,
    undefined,
  ],
  [
    'rows of -1 and 1',
    doubles(
      [8, 3],
      TRAIN.flatMap((label) => [0, 1, 2].map((c) => (c === label ? 1 : -1))),
    ),
    doubles([3, 3], [-1, -1, 1, -1, 1, -1, 1, -1, -1]),
    TEST,
    undefined,
  ],
  [
    'names',
    texts(TRAIN.map((label) => ['owl', 'ant', 'émeu'][label])),
    texts(['émeu', 'ant', 'owl']),
    [2, 0, 1],
    ['ant', 'owl', 'émeu'],
  ],
] as const)('labels that are %s', async (_, train, test, expected, names) => {
  const [x, z] = [await write('x', TRAIN, train), await write('z', TEST, test)];
  const model = await fitted({}, x);
  const { scores, truth } = await predicted(model, z);
  const { targets } = model.manifest;
  expect(predictionsOf(targets, scores)).toEqual({ kind: 'classes', labels: Int32Array.from(expected) });
  expect(evaluateModel(targets, scores, { ...truth, file: z })!.report).toMatchObject({ accuracy: 1 });
  expect(targets).toMatchObject(names === undefined ? { kind: 'classes' } : { names, areNames: true });
});

test('test images that lack a class, or have another, are compared by name', async () => {
  const x = await write('x', TRAIN, texts(TRAIN.map((label) => ['bee', 'cat', 'dog'][label])));
  const model = await fitted({}, x);
  // Numbered by themselves, dog would be 1 and zebu 2.
  const z = await write('z', TEST, texts(['dog', 'cat', 'zebu']));
  const { scores, truth } = await predicted(model, z);
  const evaluation = evaluateModel(model.manifest.targets, scores, { ...truth, file: z });
  expect(evaluation).toMatchObject({ report: { correct: 2 }, classNames: ['bee', 'cat', 'dog', 'zebu'] });
  await put('z-labels.npy', integers(TEST));
  const numbers = await predicted(model, z);
  expect(() => evaluateModel(model.manifest.targets, numbers.scores, { ...numbers.truth, file: z })).toThrow(
    /labels are numbers, but those of the model are names/,
  );
});

test('several labels of each image, and numbers', async () => {
  const values = (labels: readonly number[]) =>
    doubles(
      [labels.length, 2],
      labels.flatMap((label) => [Number(label > 0), Number(label !== 1)]),
    );
  const [x, z] = [await write('x', TRAIN, values(TRAIN)), await write('z', TEST, values(TEST))];
  const load = { labelsAs: 'values' } as const;
  const several = await fitted({ targets: 'multi-label' }, x, load);
  const { scores, truth } = await predicted(several, z, load);
  expect(predictionsOf(several.manifest.targets, scores)).toEqual({
    kind: 'multi-label',
    values: truth.values,
  });
  const real = await fitted(
    { targets: 'real', variance: true, chooseBy: 'likelihood', ridge: [1e-3, 1e-2] },
    x,
    load,
  );
  await real.save(temporary('real'));
  const kept = await KeptModel.open(temporary('real'));
  const found = await predicted(kept, z, load, 2);
  expect(
    evaluateModel(kept.manifest.targets, found.scores, { ...found.truth, file: z })!.report,
  ).toMatchObject({ count: 3 });
  expect(found.variances).toHaveLength(6);
  // At least the noise, and less than all that a target varies before anything is known.
  const { scales, noise } = kept.manifest.variance!;
  for (const [e, variance] of found.variances!.entries()) expect(variance > scales[e % 2] * noise).toBe(true);
  await put('z-labels.npy', doubles([3], [1, 2, 3]));
  const other = await predicted(kept, z, load);
  expect(() => evaluateModel(kept.manifest.targets, other.scores, { ...other.truth, file: z })).toThrow(
    /has 1 targets of each image, but the model predicts 2/,
  );
  await put('x-labels.npy', doubles([8], [1, 0, 0.5, 1, 0, 1, 0, 1]));
  await expect(fitted({ targets: 'multi-label' }, x, load)).rejects.toThrow(/image 2, output 0 is 0\.5/);
  await inputError(loadImages([x]), 'label 2 is 0.5', 'regression (real)');
});

test('what does not fit a model is refused with both values', async () => {
  const x = await write('x', TRAIN, integers(TRAIN));
  const model = await fitted({}, x);
  const folder = temporary('model');
  await model.save(folder);
  await put('small.npy', npy('|u1', [1, 4, 4], new Uint8Array(16).fill(200)));
  const error = await inputError(predicted(model, temporary('small.npy')), '1×4×4', '1×3×4');
  expect(error.option).toBe('resize 3x4');
  await writeNpy(temporary('bright.npy'), [8, 3, 4], new Float32Array(96).fill(200));
  await inputError(predicted(model, temporary('bright.npy')), 'another scale', 'x.npy', '200');

  await inputError(KeptModel.open(temporary()), 'holds no model');
  const file = join(folder, 'model.json');
  const manifest = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
  const change = (changes: Record<string, unknown>) =>
    writeFile(file, JSON.stringify({ ...manifest, ...changes }));
  await change({ formatVersion: 2, version: '9.9.9' });
  await inputError(KeptModel.open(folder), 'version 9.9.9 in format 2', 'reads format 1');
  await change({ ridge: 'much' });
  await inputError(KeptModel.open(folder), 'ridge');
  await change({ count: 7 });
  await inputError(KeptModel.open(folder), 'images.npy', '8×1×3×4', '7×1×3×4');
  await change({});
  await KeptModel.open(folder);
  const images = await readFile(join(folder, 'images.npy'));
  images[images.length - 1] ^= 1;
  await writeFile(join(folder, 'images.npy'), images);
  await inputError(KeptModel.open(folder), 'images.npy', 'SHA-256');
});
