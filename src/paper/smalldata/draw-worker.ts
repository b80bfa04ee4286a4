import { parentPort } from 'node:worker_threads';
import { runDraw, type DrawTask } from './draw-run.js';

// One thread: a draw in, what every method made of it out.

parentPort!.on('message', (task: DrawTask) => parentPort!.postMessage(runDraw(task)));
