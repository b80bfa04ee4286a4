import { parentPort } from 'node:worker_threads';
import { runDraws, type NetworkDrawsTask } from './draws.js';

// One thread: some draws of a network in, their kernels out.

parentPort!.on('message', (task: NetworkDrawsTask) => parentPort!.postMessage(runDraws(task)));
