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
    const done = pacer.time(work, () => Promise.resolve());
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

test('once the rate is known, nothing is expected before most of the work is done, queue included', async () => {
  let clock = 0;
  const pacer = new Pacer(false, () => clock);
  const quiet: number[] = [];
  const submit = (work: number) => {
    const done = pacer.time(work, (quietMs) => (quiet.push(quietMs), Promise.resolve()));
    clock += work / 1e6;
    return done;
  };
  await submit(1e8); // 100 ms; the first rate is a guess
  void submit(1e8);
  await submit(5e7);
  expect(quiet[0]).toBe(0);
  expect(quiet[1]).toBeCloseTo(80, 6);
  // Asked when the 100 ms before it were over by the clock: 50 ms of its own, a fifth of them early.
  expect(quiet[2]).toBeCloseTo(40, 6);
});

test('queued submissions are measured from the end of the one before', async () => {
  let clock = 0;
  const pacer = new Pacer(false, () => clock);
  const release: (() => void)[] = [];
  const submission = () => new Promise<void>((resolve) => release.push(resolve));
  const first = pacer.time(1e6, submission);
  const second = pacer.time(1e6, submission);
  clock = 100;
  release[0]();
  await first;
  clock = 200;
  release[1]();
  await second;
  // 1e6 units in 100 ms, not in 200: the budget is 1e6 for 100 ms.
  expect(pacer.units(1)).toBe(1e6);
});
