import { Session } from './engine/session.js';
import type { FromWorker, ToWorker } from './protocol.js';

// The worker of the page: it owns the device, the images and the matrices.

/** What is used of a worker's global scope; the DOM library has that of a page. */
const scope = self as unknown as {
  postMessage: (message: FromWorker, transfer: Transferable[]) => void;
  onmessage: (event: MessageEvent<ToWorker>) => void;
};

/** Large arrays change their owner instead of being copied; whoever sends them keeps none. */
function transferable(message: FromWorker): Transferable[] {
  if (message.kind === 'picture') return [message.picture.rgba.buffer];
  if (message.kind === 'file') return [message.bytes.buffer];
  return [];
}

const session = new Session((message) => scope.postMessage(message, transferable(message)));

scope.onmessage = ({ data }) => {
  session.answer(data).catch((error: unknown) => {
    const message = error instanceof Error ? error.message : String(error);
    scope.postMessage({ kind: 'fault', message }, []);
  });
};
