import { parentPort } from 'node:worker_threads';
import { trainCnn, type TrainTask } from './train.js';

// One thread: a network to train in, how it did out.

parentPort!.on('message', (task: TrainTask) => parentPort!.postMessage(trainCnn(task)));
