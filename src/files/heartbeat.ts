import { Worker } from 'node:worker_threads';

/**
 * The program of the thread, as text, so that it runs wherever this module does. Every beat is one write into each file
 * that still holds the id of its claim: the file of another process, which has taken the claim over, is another one.
 */
const PROGRAM = `
const fs = require('node:fs');
const { parentPort, workerData } = require('node:worker_threads');
const { O_RDWR, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = fs.constants;
const held = new Map();
parentPort.on('message', ({ path, claim }) => {
  if (claim === undefined) held.delete(path);
  else held.set(path, claim);
});
function beat(path, claim) {
  const fd = fs.openSync(path, O_RDWR | O_NOFOLLOW | O_NONBLOCK);
  try {
    if (!fs.fstatSync(fd).isFile() || !fs.readFileSync(fd, 'utf8').includes(claim.id)) return held.delete(path);
    claim.beat++;
    fs.writeSync(fd, JSON.stringify(claim).padEnd(workerData.length) + '\\n', 0);
  } finally {
    fs.closeSync(fd);
  }
}
setInterval(() => {
  for (const [path, claim] of held) {
    try {
      beat(path, claim);
    } catch {
      // Without it the claim is lost after a while, and with it work at the most.
    }
  }
}, workerData.intervalMs);
`;

/** What a claim's file holds, and what the heart counts up in it. */
export interface BeatingClaim {
  readonly id: string;
  readonly beat: number;
}

/**
 * Keeps claims alive from a thread of its own. The event loop may stand still, and every thread that Node has for its
 * files may wait for a disk that is slow: this one beats on.
 */
export class Heartbeat implements AsyncDisposable {
  private worker: Worker | undefined;

  constructor(
    private readonly intervalMs: number,
    /** Of a claim's text in bytes, without the line's end: a beat overwrites the one before it. */
    private readonly length: number,
  ) {}

  hold(path: string, claim: BeatingClaim): void {
    this.worker ??= this.start();
    this.worker.postMessage({ path, claim });
  }

  release(path: string): void {
    this.worker?.postMessage({ path });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.worker?.terminate();
    this.worker = undefined;
  }

  private start(): Worker {
    const { intervalMs, length } = this;
    const worker = new Worker(PROGRAM, { eval: true, execArgv: [], workerData: { intervalMs, length } });
    // A thread that cannot start costs the claims, and with them work at the most.
    worker.on('error', () => undefined);
    worker.unref();
    return worker;
  }
}
