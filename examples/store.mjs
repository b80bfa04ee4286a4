// Kernels in a store on the disk, with the Node library: two depths of digits, tile by tile, and regression with each.
// It may be interrupted (Ctrl-C) or killed at any time; run again it goes on from the tiles that are there.
//   node examples/store.mjs FOLDER [COUNT]
import { join } from 'node:path';
import process from 'node:process';
import {
  cntk,
  computeInStore,
  kernelName,
  openGpu,
  SILENT,
  solveFiles,
  SolveProblem,
  storeImages,
  writeNpy,
} from 'cntk-webgpu/node';
import { digits } from './digits.mjs';

const [folder = 'digits-store', given = '200'] = process.argv.slice(2);
const count = Number(given);
const train = digits(0, count);
const test = digits(count, count);
const kernels = [cntk({ depth: 3 }), cntk({ depth: 5 })];

const interruption = new AbortController();
const { signal } = interruption;
for (const name of ['SIGINT', 'SIGTERM']) process.once(name, () => interruption.abort());
const reporter = { ...SILENT, end: (remark) => remark && console.error(remark), warn: console.error };

const gpu = await openGpu();
try {
  const images = storeImages({ images: train.images, test: test.images });
  // Train × train and test × train: tiles, and when all are there FOLDER/ntk-….npy and FOLDER/test-ntk-….npy.
  const { report } = await computeInStore(gpu, { folder, kernels, images }, { reporter, signal });
  console.log(`${report.tiles} tiles computed in this run`);

  const labels = join(folder, 'labels.npy');
  const testLabels = join(folder, 'test-labels.npy');
  await writeNpy(labels, [count], train.labels);
  await writeNpy(testLabels, [count], test.labels);
  for (const name of kernels.map(kernelName)) {
    const kernel = join(folder, `${name}.npy`);
    const testKernel = join(folder, `test-${name}.npy`);
    const problem = await SolveProblem.open({ kernel, labels, testKernel, testLabels });
    try {
      const { evaluation } = await solveFiles(gpu, problem, { ridge: { relative: 1e-6 }, signal });
      console.log(`${name}: ${evaluation.correct} of ${count} digits right`);
    } finally {
      await problem[Symbol.asyncDispose]();
    }
  }
} catch (error) {
  if (!signal.aborted) throw error;
  console.error('interrupted; the same command goes on from the tiles that are there');
  process.exitCode = 130;
} finally {
  gpu.close();
}
