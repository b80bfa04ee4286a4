import { parentPort } from 'node:worker_threads';
import { symmetricEigenvalues } from '../statistics/eigenvalues.js';
import type { EigenvalueTask } from './eigenvalues-thread.js';

// One thread: a matrix in, its eigenvalues out.

parentPort!.on('message', ({ matrix, n }: EigenvalueTask) =>
  parentPort!.postMessage(symmetricEigenvalues(matrix, n)),
);
