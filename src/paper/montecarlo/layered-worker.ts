import { parentPort } from 'node:worker_threads';
import { runLayeredDraws, type LayeredDrawsTask } from './layered-draws.js';

// One thread: some draws of a network of any layers in, their kernels out.

parentPort!.on('message', (task: LayeredDrawsTask) => parentPort!.postMessage(runLayeredDraws(task)));
