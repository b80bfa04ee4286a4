// The pacer settles on submissions of about 100 ms on devices of any speed.
import { Pacer } from '../../src/kernel/pacer.js';

/** Runs submissions of a device that does `rate` units per ms, and returns the last one's duration. */
async function settle(rate: number, cost: number, software = false): Promise<number> {
  let clock = 0;
  const pacer = new Pacer(software, () => clock);
  let elapsed = 0;
  for (let step = 0; step < 30; step++) {
    const work = pacer.units(cost) * cost;
    elapsed = work / rate;
    const done = pacer.time(work, Promise.resolve());
    clock += elapsed;
    await done;
  }
  return elapsed;
}

test.each([1e4, 1e5, 1e6, 5e8])('a device of %d element-layers per ms', async (rate) => {
  const elapsed = await settle(rate, 1000);
  expect(elapsed).toBeGreaterThan(50);
  expect(elapsed).toBeLessThan(200);
});

test('one unit that takes longer than the target is still submitted', async () => {
  expect(await settle(10, 1e6)).toBe(1e5);
});

test('queued submissions are measured from the end of the one before', async () => {
  let clock = 0;
  const pacer = new Pacer(false, () => clock);
  const release: (() => void)[] = [];
  const submission = () => new Promise<void>((resolve) => release.push(resolve));
  const first = pacer.time(1e6, submission());
  const second = pacer.time(1e6, submission());
  clock = 100;
  release[0]();
  await first;
  clock = 200;
  release[1]();
  await second;
  // 1e6 units in 100 ms, not in 200: the budget is 1e6 for 100 ms.
  expect(pacer.units(1)).toBe(1e6);
});
