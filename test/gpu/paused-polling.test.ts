// While a promise of the device is pending, the host sleeps in every turn of the event loop; nothing else changes.
import { PausedPolling } from '../../src/gpu/dawn/paused-polling.js';

/** Turns of the event loop and CPU time while `wait` lasts, as Dawn's binding turns it while a promise is pending. */
async function turnsDuring(wait: Promise<unknown>): Promise<{ turns: number; cpuMs: number }> {
  let turns = 0;
  let turning = true;
  const turn = () => {
    turns++;
    if (turning) setImmediate(turn);
  };
  setImmediate(turn);
  const before = process.cpuUsage();
  await wait;
  turning = false;
  const { user, system } = process.cpuUsage(before);
  return { turns, cpuMs: (user + system) / 1000 };
}

const after = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms, 'value'));

test('the event loop turns some seventy times in 300 ms while a promise of the device is pending, and freely otherwise', async () => {
  const polling = new PausedPolling();
  const paused = await turnsDuring(polling.during(after(300)));
  const free = await turnsDuring(after(300));
  expect(paused.turns).toBeLessThan(200);
  expect(free.turns).toBeGreaterThan(3 * paused.turns);
  expect(paused.cpuMs).toBeLessThan(free.cpuMs / 2);
});

test('values and failures come through, waits may overlap, and short ones are hardly longer', async () => {
  const polling = new PausedPolling();
  const failure = polling.during(after(10).then(() => Promise.reject(new Error('lost'))));
  const values = Promise.all([polling.during(after(20)), polling.during(after(5))]);
  await expect(failure).rejects.toThrow('lost');
  await expect(values).resolves.toEqual(['value', 'value']);
  const begin = performance.now();
  for (let wait = 0; wait < 50; wait++) await polling.during(after(1));
  expect(performance.now() - begin).toBeLessThan(50 * 12);
});
