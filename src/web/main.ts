import { App } from './page/app.js';
import type { FromWorker, ToWorker } from './protocol.js';

// The page begins here: it starts the worker that computes, and the two talk by messages.

const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
const ask = (message: ToWorker) => worker.postMessage(message);
// What takes longest begins first, and is under way while the page is set up.
ask({ kind: 'open' });
ask({ kind: 'digits' });
const app = new App(ask);

worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => app.take(data));
worker.addEventListener('error', ({ message }: { readonly message?: string }) => {
  const reason = message ?? 'its program does not load; reload the page';
  app.take({ kind: 'failed', message: `The part of the page that computes has stopped: ${reason}` });
});
