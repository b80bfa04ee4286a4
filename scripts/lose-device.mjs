// For scripts/store-faults.mjs: the library on a device that is destroyed when half of the work is done.
import * as fs from 'node:fs';

const load = (path) => import(new URL(`../dist/src/${path}`, import.meta.url).href);
const [{ openGpu }, { TileStore }, { computeStored }, { readNpy }, { SILENT }] = [
  await load('node.js'),
  await load('store/tile-store.js'),
  await load('store/stored-gram.js'),
  await load('data/npy.js'),
  await load('progress/reporter.js'),
];
const stack = async (name) => {
  const { data, shape } = await readNpy(name);
  return { data, count: shape[0], channels: 1, height: shape[1], width: shape[2] };
};
const [rows, test] = [await stack('x.npy'), await stack('z.npy')];
const computation = JSON.parse(fs.readFileSync('undisturbed/computation.json', 'utf8'));
const store = await TileStore.openOrCreate('lost', computation);
const gpu = await openGpu();
let phase = '';
try {
  await computeStored(gpu, store, {
    kernels: computation.kernels.map(({ kernel, depth, readout, trained }) => ({
      kernel,
      depth,
      readout,
      ...(trained && { trained }),
    })),
    images: { train: { rows }, test: { rows: test, columns: rows } },
    reporter: {
      ...SILENT,
      phase: (name) => (phase = name),
      update: (fraction) => {
        if (phase === 'kernel' && fraction > 1 / 2) gpu.device.destroy();
      },
    },
  });
  console.log('no error');
} catch (error) {
  console.log(`${error.name}: ${error.message}`);
}
