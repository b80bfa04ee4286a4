// Tiles of one computation share one plan; whatever a plan depends on makes it another.
import { conv, dense, gap, relu } from '../../src/network/builder.js';
import { keptPlan } from '../../src/network/kept-plans.js';
import { Network } from '../../src/network/network.js';
import { testGpu } from '../support/gpu.js';

test('a plan is made once for equal networks, images, scales and devices', async () => {
  const network = (size: number) => Network.from([conv(size), relu(), gap(), dense()]);
  const image = { channels: 1, height: 6, width: 6 };
  const options = { pixelExponent: 0, theta: true, device: await testGpu() };
  const plan = keptPlan([network(3)], image, options);
  // A stack of images has other fields too.
  expect(keptPlan([network(3)], { ...image, count: 9 } as typeof image, { ...options })).toBe(plan);
  const others = [
    keptPlan([network(5)], image, options),
    keptPlan([network(3), network(5)], image, options),
    keptPlan([network(3)], { ...image, width: 8 }, options),
    keptPlan([network(3)], image, { ...options, pixelExponent: 1 }),
    keptPlan([network(3)], image, { ...options, theta: false }),
    keptPlan([network(3)], image, { ...options, device: undefined }),
    keptPlan([network(3)], image, { ...options, device: { limits: options.device.limits, subgroupSize: 0 } }),
  ];
  for (const other of others) expect(other).not.toBe(plan);
  // Few are kept: after those, it is made anew.
  expect(keptPlan([network(3)], image, options)).not.toBe(plan);
});
