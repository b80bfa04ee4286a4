// The pacer settles on submissions of about 100 ms on devices of any speed, whatever the first ones took.
import { Pacer } from '../../src/kernel/pacer.js';

/** What a device tells that ends a submission now, in its own time. */
const ended = (endMs: number, lengthMs: number) => ({
  interval: { beginNs: 1e6 * (endMs - lengthMs), endNs: 1e6 * endMs },
});

interface Simulation {
  /** Units per ms. */
  readonly rate: number;
  /** Of one unit of work. */
  readonly cost: number;
  /** What the driver takes to compile, at the first submission. */
  readonly compileMs?: number;
  readonly software?: boolean;
  /** The device tells its own time. */
  readonly timestamps?: boolean;
  readonly steps?: number;
}

/** A device on a clock of its own, one submission at a time. Returns the durations until each result was asked for. */
async function simulate({
  rate,
  cost,
  compileMs = 0,
  software = false,
  timestamps = false,
  steps = 30,
}: Simulation): Promise<number[]> {
  let clock = 0;
  const pacer = new Pacer(software, () => clock);
  const durations: number[] = [];
  for (let step = 0; step < steps; step++) {
    const work = pacer.units(cost) * cost;
    const start = clock;
    await pacer.time(work, (quietMs) => {
      // The result is there after the work; it is seen when it is asked for.
      const deviceMs = work / rate + (step === 0 ? compileMs : 0);
      const result = timestamps ? ended(clock + deviceMs, deviceMs) : {};
      clock += Math.max(quietMs, deviceMs);
      return Promise.resolve(result);
    });
    durations.push(clock - start);
  }
  return durations;
}

test.each([1e4, 1e5, 1e6, 5e8])('a device of %d element-layers per ms', async (rate) => {
  const elapsed = (await simulate({ rate, cost: 1000 })).at(-1)!;
  expect(elapsed).toBeGreaterThan(50);
  expect(elapsed).toBeLessThan(200);
});

test.each([1e4, 1e6])(
  'twenty seconds of compilation are not taken for slowness (%d per ms)',
  async (rate) => {
    const durations = await simulate({
      rate,
      cost: 1000,
      compileMs: 20_000,
      software: true,
      timestamps: true,
    });
    expect(Math.max(...durations.slice(1))).toBeLessThan(450);
    expect(durations.at(-1)).toBeGreaterThan(50);
  },
);

test('a device that was slow for a moment is found fast again: sleeping does not confirm itself', async () => {
  let clock = 0;
  const pacer = new Pacer(true, () => clock);
  let work = 0;
  for (let step = 0; step < 40; step++) {
    work = pacer.units(1000) * 1000;
    const rate = step < 10 ? 1e2 : 1e6; // per ms
    await pacer.time(work, (quietMs) => {
      const result = ended(clock + work / rate, work / rate);
      clock += Math.max(quietMs, work / rate);
      return Promise.resolve(result);
    });
  }
  expect(work / 1e6).toBeGreaterThan(50);
});

test('one unit that takes longer than the target is still submitted', async () => {
  expect((await simulate({ rate: 10, cost: 1e6 })).at(-1)).toBe(1e5);
});

test.each([
  [true, true, 300],
  [true, false, 0],
  [false, true, 0],
])('software %s, timestamps %s: nobody sleeps longer than %i ms', async (software, timestamps, most) => {
  let clock = 0;
  const pacer = new Pacer(software, () => clock);
  const quiet: number[] = [];
  for (let step = 0; step < 40; step++) {
    await pacer.time(1e6, (quietMs) => {
      quiet.push(quietMs);
      clock += 10_000;
      return Promise.resolve(timestamps ? ended(clock, 10_000) : {});
    });
  }
  expect(Math.max(...quiet)).toBe(most);
});

test('queued submissions are measured from the end of the one before', async () => {
  let clock = 0;
  const pacer = new Pacer(false, () => clock);
  const release: (() => void)[] = [];
  const submission = () => new Promise<object>((resolve) => release.push(() => resolve({})));
  const queued = [1, 2, 3].map(() => pacer.time(1e7, submission));
  for (const [index, each] of queued.entries()) {
    clock += 50;
    release[index]();
    await each;
  }
  // 1e7 units in 50 ms each, not in 100 or 150.
  expect(pacer.units(1)).toBe(2e7);
});

/** A device on which every submission takes 5 ms to start; the pacer has settled on it. */
async function settled() {
  let clock = 0;
  const pacer = new Pacer(true, () => clock);
  const quiet: number[] = [];
  const submit = (work: number) =>
    pacer.time(work, (quietMs) => {
      quiet.push(quietMs);
      const deviceMs = 5 + work / 1e6;
      const result = ended(clock + deviceMs, deviceMs);
      clock += Math.max(quietMs, deviceMs);
      return Promise.resolve(result);
    });
  for (let step = 0; step < 30; step++) await submit(pacer.units(1));
  return { pacer, submit, quiet };
}

test('the small rest of a tile is not taken for slowness', async () => {
  const { pacer, submit, quiet } = await settled();
  const before = pacer.units(1);
  await submit(before / 200);
  expect(pacer.units(1) / before).toBeGreaterThan(0.98);
  // Nor for a device that is still to be found out, a fast one neither.
  await pacer.time(before / 200, () => Promise.resolve(ended(0, 1e-6)));
  await submit(before);
  expect(quiet.at(-1)).toBeGreaterThan(50);
  // Control: as large a submission at that speed counts whole.
  await pacer.time(before, () => Promise.resolve(ended(1000, 1000)));
  expect(pacer.units(1) / before).toBeLessThan(0.11);
});

test('while the budget grows nobody sleeps', async () => {
  const { quiet } = await settled();
  const growing = quiet.findIndex((ms) => ms > 0);
  expect(growing).toBeGreaterThan(2);
  // By then a submission takes about as long as it should.
  expect(quiet[growing]).toBeGreaterThan(50);
  expect(Math.max(...quiet)).toBeLessThan(100);
});

/**
 * A queue of three on a device of 1e6 units per ms, with a hiccup of 300 ms once. Returns what is slept in vain or not at
 * all, ms: from when nobody sleeps any more until the end, for each of the submissions after the hiccup.
 */
async function queueWithHiccup(): Promise<number[]> {
  let clock = 0;
  const pacer = new Pacer(true, () => clock);
  interface Queued {
    readonly end: number;
    readonly wake: number;
    readonly finish: () => void;
    readonly timed: Promise<unknown>;
  }
  const queue: Queued[] = [];
  const asking: number[] = [];
  let deviceEnd = 0;
  for (let step = 0; step < 60; step++) {
    if (queue.length === 3) {
      const { end, wake, finish, timed } = queue.shift()!;
      clock = Math.max(clock, end, wake);
      if (step > 40) asking.push(end - wake);
      finish();
      await timed;
    }
    const work = pacer.units(1);
    const lengthMs = work / 1e6 + (step === 30 ? 300 : 0);
    const end = Math.max(clock, deviceEnd) + lengthMs;
    deviceEnd = end;
    let slot!: Omit<Queued, 'timed'>;
    const timed = pacer.time(work, (quietMs) => {
      return new Promise<ReturnType<typeof ended>>((resolve) => {
        slot = { end, wake: clock + quietMs, finish: () => resolve(ended(end, lengthMs)) };
      });
    });
    queue.push({ ...slot, timed });
  }
  return asking;
}

test('one hiccup of the device does not shorten every later sleep', async () => {
  const asking = await queueWithHiccup();
  expect(asking.length).toBeGreaterThan(10);
  // A fifth of 100 ms, and never after the end by more than that.
  for (const ms of asking) expect(Math.abs(ms - 20)).toBeLessThan(15);
});
