import { parentPort } from 'node:worker_threads';
import { trainCnn, type TrainTask } from './train.js';

// One thread: a network to train in, how it did out. Its epochs are counted in memory that the threads share.

parentPort!.on('message', ({ epochsDone, ...task }: TrainTask & { epochsDone: Int32Array }) =>
  parentPort!.postMessage(trainCnn(task, (epoch) => Atomics.store(epochsDone, 0, epoch))),
);
