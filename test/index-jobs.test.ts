// A library user makes every job that a command makes, from arrays or files of their own, and a wrong option is refused
// with the call, the option and its value, none of them named as on the command line.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as library from '../src/node.js';
import { randomImages } from '../src/images/random-images.js';

const folder = mkdtempSync(join(tmpdir(), 'cntk-jobs-'));
const shape = { channels: 1, height: 5, width: 4 };
const [images, others] = [1, 2].map((seed) => randomImages(8, shape, seed));
const labels = Int32Array.from({ length: 8 }, (_, i) => i % 2);
const spec = library.cntk({ depth: 3 });
const name = library.kernelName(spec);
let gpu: library.OpenGpu;
beforeAll(async () => {
  gpu = await library.openGpu();
});
afterAll(async () => {
  gpu.close();
  await rm(folder, { recursive: true, force: true });
});

const task = (into: string) => ({
  folder: join(folder, into),
  kernels: [spec],
  images: library.storeImages({ images, test: others }),
  tileImages: 4,
});

describe('a store', () => {
  test('is computed in two shares, merged, looked at and exported, with the bits of kernel', async () => {
    const parts = await Promise.all(
      [1, 2].map((index) =>
        library.computeInStore(gpu, task(`part-${index}`), { shard: { index, count: 2 } }),
      ),
    );
    const [{ store }, other] = parts;
    const half = await library.inspectStore(store, { reads: true });
    expect(half.report).toMatchObject({ checked: true, damaged: [], tiles: { all: 7, damaged: 0 } });
    expect(half.report.tiles.finished).toBeLessThan(7);
    await expect(library.assembleMatrices(store)).rejects.toThrow(/tiles are missing/);

    const { merged, result } = await library.mergeIntoMatrices(store, [other.store.folder]);
    expect(merged).toBe(7 - half.report.tiles.finished);
    expect(result).toMatchObject({ shape: [8, 8], pairs: 36 + 64 });
    const exported = library.matricesOf(store).map((matrix) => ({
      ...matrix,
      path: join(folder, `exported-${matrix.file}`),
    }));
    await library.exportMatrices(store, exported);
    const square = await library.kernel(gpu, spec, images);
    const cross = await library.kernel(gpu, spec, others, images);
    for (const [index, { data }] of [square, cross].entries()) {
      expect((await library.readNpy(exported[index].path)).data).toEqual(data);
      expect((await library.readNpy(join(store.folder, exported[index].file))).data).toEqual(data);
    }
  });

  test('takes no export among its tiles', async () => {
    const { store } = await library.computeInStore(gpu, task('part-1'));
    const [matrix] = library.matricesOf(store);
    const path = join(store.tilesFolder, 'K.npy');
    await expect(library.exportMatrices(store, [{ ...matrix, path }])).rejects.toThrow(
      library.UnusableStoreError,
    );
    await expect(library.exportArchive(store, [matrix], join(folder, 'part-1/tiles/K.npz'))).rejects.toThrow(
      /lies among the tiles/,
    );
  });

  test('is computed on all adapters by a program of the user', async () => {
    const worker = join(folder, 'worker.mjs');
    const entry = new URL('../dist/src/node.js', import.meta.url).href;
    const store = join(folder, 'adapters');
    await library.writeNpy(join(folder, 'x.npy'), [8, 5, 4], images.data);
    writeFileSync(
      worker,
      `import { cntk, computeInStore, loadImages, openGpu, storeImages } from '${entry}';
      const [folder, adapter] = process.argv.slice(2);
      process.on('disconnect', () => process.exit(1));
      const gpu = await openGpu({ adapter });
      const { images } = await loadImages([${JSON.stringify(join(folder, 'x.npy'))}], { labels: false });
      const task = { folder, kernels: [cntk({ depth: 3 })], images: storeImages({ images }) };
      await computeInStore(gpu, task, { shard: { index: 1, count: 1 } });
      gpu.close();
      process.removeAllListeners('disconnect');
      process.disconnect();`,
    );
    const asked: string[] = [];
    const program = (adapter: string) => {
      asked.push(adapter);
      return [process.execPath, worker, store, adapter];
    };
    const warned: string[] = [];
    const listener = { ...library.SILENT, warn: (message: string) => warned.push(message) };
    const { adapters, result } = await library.computeOnAllAdapters(
      { folder: store, program },
      { reporter: listener },
    );
    expect(warned).toEqual([]);
    expect(adapters).toEqual(asked);
    expect(adapters.length).toBeGreaterThan(0);
    expect(result).toMatchObject({ shape: [8, 8], adapters });
    expect(await library.readNpy(join(store, `${name}.npy`))).toMatchObject({ shape: [8, 8] });
    // The program of a process that fails: what is missing is told.
    const broken = { folder: store, program: () => [process.execPath, '-e', 'process.exit(3)'] };
    const notes: string[] = [];
    const reporter = { ...library.SILENT, warn: (message: string) => notes.push(message) };
    await library.computeOnAllAdapters(broken, { reporter });
    expect(notes.join()).toMatch(/\(status 3\) failed; others did its tiles/);
  }, 120_000);
});

describe('a classification', () => {
  test('of arrays has the predictions of kernel and fit', async () => {
    const request = {
      train: { images, labels: [...labels] },
      test: { images: others, labels },
      kernel: spec,
    };
    const prepared = library.prepareClassification({ ...request, normalization: 'none', ridge: 0.1 });
    const { predictions, evaluation } = await library.classify(gpu, prepared);
    const model = await library.fit(gpu, await library.kernel(gpu, spec, images), labels, { ridge: 0.1 });
    const { labels: expected } = model.predict(await library.kernel(gpu, spec, others, images));
    expect(predictions).toEqual(expected);
    expect(evaluation?.count).toBe(8);
    expect(() =>
      library.prepareClassification({ ...request, train: { images, labels: labels.subarray(1) } }),
    ).toThrow(/^train: 7 labels for 8 images$/);
    expect(() => library.prepareClassification({ ...request, train: { images } })).toThrow(/need labels/);
  });

  test('of files on two scales says so in the words of the library', async () => {
    const [bytes, floats] = [join(folder, 'bytes.npy'), join(folder, 'floats.npy')];
    const shades = Uint8Array.from({ length: 160 }, (_, i) => (37 * i) % 256);
    await library.writeNpy(bytes, [8, 5, 4], shades);
    await library.writeNpy(floats, [8, 5, 4], Float32Array.from(shades));
    const [train, second] = [await library.loadImages([bytes]), await library.loadImages([floats])];
    const request = { train: { ...train, labels }, test: { ...second, labels: undefined }, kernel: spec };
    const error = (() => {
      try {
        return library.prepareClassification(request);
      } catch (thrown) {
        return thrown as Error;
      }
    })();
    expect(error).toBeInstanceOf(library.InputError);
    expect((error as Error).message).toMatch(/\nscale 255 divides those of all files/);
    expect((error as Error).message).not.toContain('--');
    // The hint, followed.
    const load = async (file: string) => ({ ...(await library.loadImages([file], { scale: 255 })), labels });
    library.prepareClassification({ train: await load(bytes), test: await load(floats), kernel: spec });
  });

  test('from matrices in files, with a factor kept on the disk', async () => {
    const [kernel, file] = [join(folder, 'K.npy'), join(folder, 'labels.npy')];
    const { data } = await library.kernel(gpu, spec, images);
    await library.writeNpy(kernel, [8, 8], data);
    await library.writeNpy(file, [8], labels);
    await using problem = await library.SolveProblem.open({
      ...{ kernel, labels: file },
      ...{ testKernel: kernel, testLabels: file },
    });
    await using panels = new library.PanelFiles(join(folder, 'factor'));
    const { evaluation, model } = await library.solveFiles(gpu, problem, { ridge: 1e-6, panels });
    expect(evaluation).toMatchObject({ count: 8, correct: 8 });
    expect(model.classes).toEqual([0, 1]);
    await panels.remove();
    await expect(library.SolveProblem.open({ kernel, labels: file, testLabels: file })).rejects.toThrow(
      /testLabels are given, but no testKernel/,
    );
  });
});

test('an estimate, and a device that is tuned, share the cache that is given', async () => {
  const cache = new library.MeasurementCache(() => undefined, join(folder, 'cache'));
  const job = { train: 2000, test: 100, classes: 2, shape, kernels: [spec] };
  const before = await library.estimateJob(gpu, job, { measures: false, cache });
  expect(before.plan.pairs.total).toBe((2000 * 2001) / 2 + 200_000);
  expect(before.estimates).toEqual([]);
  // Deep enough for more than one variant: few layers of small images are computed in single lanes.
  const { variant, planes } = await library.tuneDevice(gpu, { shape, depth: 9, readout: 'vanilla', cache });
  expect(planes).toBe('one');
  const run = { kernels: [library.cntk({ depth: 9, readout: 'vanilla' })], grams: [] };
  const prepared = await library.prepareRun(gpu, images, run, { tune: 'cache', cache });
  expect(prepared.variant.one).toEqual(variant);
}, 120_000);

test('the scripts of a Slurm job name the store once, and run from any folder', async () => {
  const out = join(folder, 'shared');
  const job = {
    program: ['npx', 'cntk'],
    kernel: ['--images', '/data/x.npy', '--depth', '3'],
    out,
    shards: 3,
  };
  const scripts = await library.writeSlurmScripts(job);
  expect(scripts.array).toBe('1-3');
  expect(await readFile(scripts.shards, 'utf8')).toContain(
    `npx cntk kernel --images /data/x.npy --depth 3 --out ${out} --quiet --shard`,
  );
  expect(await readFile(scripts.finish, 'utf8')).toContain(`npx cntk store merge ${out}`);
  await expect(library.writeSlurmScripts({ ...job, out: 'shared' })).rejects.toThrow(/absolute/);
  await expect(library.writeSlurmScripts({ ...job, kernel: ['--shard=1/2'] })).rejects.toThrow(
    /--shard=1\/2/,
  );
  await expect(library.writeSlurmScripts({ ...job, options: ['--a=b\nrm'] })).rejects.toThrow(/one line/);
});

test('wrong options name the call, the option and the value', async () => {
  const store = await library.TileStore.open(join(folder, 'part-1'));
  const wrong: readonly (readonly [RegExp, () => unknown])[] = [
    [
      /computeInStore has no "tiles"; it has/,
      () => library.computeInStore(gpu, task('no'), { tiles: 4 } as object),
    ],
    [
      /computeInStore: task.tileImages is 0/,
      () => library.computeInStore(gpu, { ...task('no'), tileImages: 0 }),
    ],
    [
      /computeInStore: shard.* is 3 of 2/,
      () => library.computeInStore(gpu, task('no'), { shard: { index: 3, count: 2 } }),
    ],
    [
      /computeInStore: tune is "fast"/,
      () => library.computeInStore(gpu, task('no'), { tune: 'fast' } as object),
    ],
    [
      /computeInStore: reporter is a plain object without phase/,
      () => library.computeInStore(gpu, task('no'), { reporter: {} } as object),
    ],
    [
      /computeInStore: signal is an AbortController.*\.signal/,
      () => library.computeInStore(gpu, task('no'), { signal: new AbortController() } as object),
    ],
    [/storeImages has no "tests"/, () => library.storeImages({ images, tests: others } as library.ImageSets)],
    [
      /storeImages: statisticsOf is "test"/,
      () => library.storeImages({ images }, { statisticsOf: 'test' } as object),
    ],
    [/leave out against/, () => library.storeImages({ images, test: others, against: others })],
    [/inspectStore: reads is "yes"/, () => library.inspectStore(store, { reads: 'yes' } as object)],
    [
      /classify: task is a plain object; what prepareClassification gives/,
      () => library.classify(gpu, {} as library.ClassificationTask),
    ],
    [
      /prepareClassification has no "spec"/,
      () => library.prepareClassification({ spec } as unknown as library.ClassificationRequest),
    ],
    [
      /estimateJob: job.train is "9"/,
      () => library.estimateJob(gpu, { train: '9' } as unknown as library.Job),
    ],
    [/PanelFiles has no "Note"/, () => new library.PanelFiles(folder, { Note: () => undefined } as object)],
  ];
  for (const [message, call] of wrong) {
    const error = await Promise.resolve()
      .then(call)
      .then(
        () => undefined,
        (reason: unknown) => reason,
      );
    expect(String(error)).toMatch(message);
    expect(error).toBeInstanceOf(library.ArgumentError);
  }
});
