import { parentPort } from 'node:worker_threads';
import { runDraws, type DrawTask } from './draws.js';

// One thread: some draws of a network in, their kernels out.

parentPort!.on('message', (task: DrawTask) => parentPort!.postMessage(runDraws(task)));
