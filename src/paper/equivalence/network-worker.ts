import { parentPort } from 'node:worker_threads';
import { runEquivalence, type EquivalenceTask } from './network-run.js';

// One thread: a network to train in, its distances from the infinite one out.

parentPort!.on('message', (task: EquivalenceTask) => parentPort!.postMessage(runEquivalence(task)));
