import { performance } from 'node:perf_hooks';
import { TestEnvironment } from 'jest-environment-node';

/** The message by which Jest tells a worker that no more tests will come. */
const END = 2;
/** Jest ends a worker by force half a second after that message. */
const LATE_MS = 400;

if (process.channel) {
  // A worker in which nothing is left to do ends at once, without taking Node and Dawn down piece by piece: after hundreds
  // of devices on a busy machine that takes longer than the half second after which Jest ends a worker by force and says
  // that something leaks. What does leak keeps the worker from coming here, and is still reported.
  process.once('exit', () => process.kill(process.pid, 'SIGKILL'));

  // What keeps a worker is named, since Jest only says that there is something.
  process.on('message', function onMessage([type]) {
    if (type !== END) return;
    process.off('message', onMessage);
    const toldAt = performance.now();
    const tell = () => {
      const elapsedMs = (performance.now() - toldAt).toFixed(0);
      const kept = process.getActiveResourcesInfo().join(', ');
      process.stderr.write(`a test worker is still there ${elapsedMs} ms after its end, kept by: ${kept}\n`);
    };
    setTimeout(tell, LATE_MS).unref();
  });
}

export default TestEnvironment;
