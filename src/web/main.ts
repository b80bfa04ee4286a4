import { App } from './page/app.js';
import type { FromWorker, ToWorker } from './protocol.js';

// The page begins here: it starts the worker that computes, and the two talk by messages.

const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
const app = new App((message: ToWorker) => worker.postMessage(message));

worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => app.take(data));
worker.addEventListener('error', ({ message }) => {
  app.take({ kind: 'failed', message: `The part of the page that computes has stopped: ${message}` });
});
