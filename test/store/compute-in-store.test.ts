// A library user computes kernels into a store with one call: the matrices have the bits of computeGram, a second call
// computes nothing, and a reporter hears of every phase.
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readNpy } from '../../src/data/npy.js';
import { openGpu } from '../../src/gpu/dawn/open-gpu.js';
import { randomImages } from '../../src/images/random-images.js';
import { computeGram } from '../../src/kernel/gram.js';
import { SILENT } from '../../src/progress/reporter.js';
import { computeInStore } from '../../src/store/compute-in-store.js';
import { storeImages } from '../../src/store/store-images.js';

test('a store in one call', async () => {
  const opened = await openGpu();
  const [images, test] = [1, 2].map((seed) => randomImages(6, { channels: 1, height: 5, width: 4 }, seed));
  const kernels = [{ kernel: 'ntk', depth: 3, readout: 'gap', trained: 'hidden' }] as const;
  const folder = join(await mkdtemp(join(tmpdir(), 'cntk-call-')), 'K');
  const phases: string[] = [];
  const reporter = { ...SILENT, phase: (name: string) => phases.push(name) };
  const task = { folder, kernels, images: storeImages({ images, test }), tileImages: 4 };
  const first = await computeInStore(opened, task, { reporter });
  expect(first.report).toMatchObject({ tiles: 7, pairs: 21 + 36 });
  expect(phases).toEqual(['compile', 'check', 'kernel', 'matrices']);
  expect((await computeInStore(opened, task)).report).toMatchObject({ tiles: 0, pairs: 0 });
  const train = await computeGram(opened, { images, kernels });
  const cross = await computeGram(opened, { images: test, against: images, kernels });
  const name = 'ntk-gap-d3-hidden.npy';
  expect((await readNpy(join(folder, name))).data).toEqual(train.matrices[0]);
  expect((await readNpy(join(folder, `test-${name}`))).data).toEqual(cross.matrices[0]);
  const manifest = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')) as object;
  expect(manifest).toMatchObject({ shape: [6, 6], pairs: 57, imageShape: [1, 5, 4] });
  opened.close();
});
