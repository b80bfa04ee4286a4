import { parentPort, workerData } from 'node:worker_threads';
import { NpyRows } from '../../data/npy-rows.js';
import { streamedProduct } from '../products.js';

/** What the worker is started with, and what it is asked: the share of A x of its rows. */
export interface ProductTask {
  readonly path: string;
  readonly range: readonly [number, number];
}

const { path, range } = workerData as ProductTask;
const matrix = await NpyRows.open(path);
const source = {
  n: matrix.columns,
  rows: (first: number, count: number, begin: number, end: number) => matrix.rows(first, count, begin, end),
};

parentPort!.on('message', (x: Float64Array) => {
  streamedProduct(source, x, range).then(
    (y) => parentPort!.postMessage(y, [y.buffer as ArrayBuffer]),
    (error: unknown) => {
      throw error;
    },
  );
});
