// Short runs on a software adapter that writes loops out take a variant that compiles soon; all parts of a run decide alike.
import { planPasses } from '../../src/kernel/passes.js';
import type { PlanDevice } from '../../src/gpu/plan-device.js';
import { planPass } from '../../src/kernel/pass-plan.js';
import { regressionGrams } from '../../src/kernel/gram-shape.js';
import { runVariants } from '../../src/kernel/run-variants.js';

const LIMITS: PlanDevice['limits'] = {
  maxStorageBufferBindingSize: 128 * 2 ** 20,
  maxBufferSize: 256 * 2 ** 20,
  maxComputeWorkgroupStorageSize: 32768,
  maxComputeInvocationsPerWorkgroup: 1024,
  maxComputeWorkgroupsPerDimension: 65535,
};
const SOFTWARE: PlanDevice = { limits: LIMITS, subgroupSize: 8, software: true };
const CIFAR = { channels: 3, height: 32, width: 32 };
const CHANNELS = [{ kernel: 'ntk', depth: 11, readout: 'gap', trained: 'hidden' }] as const;

const square = (count: number) => [{ rows: count, columns: count, symmetric: true }];
const nameOf = (grams: ReturnType<typeof square>, device = SOFTWARE, shape = CIFAR, choice?: 'auto') =>
  runVariants(CHANNELS, shape, grams, device, choice).many!.contract.name;

test('8 images are a short run, 9 are not: 4e8 element-layers lie between', () => {
  // 36 and 45 pairs of 10 · 2²⁰ element-layers.
  expect(nameOf(square(8))).toBe('planes');
  expect(nameOf(square(9))).toBe('planes_subgroup');
});

test('the matrices of a run decide together', () => {
  expect(nameOf(regressionGrams(7, 0))).toBe('planes');
  expect(nameOf(regressionGrams(7, 2))).toBe('planes_subgroup');
});

test('the part that is planned alone takes what the run takes', () => {
  const variant = runVariants(CHANNELS, CIFAR, square(100), SOFTWARE);
  const [pass] = planPasses(CHANNELS, CIFAR);
  const plan = planPass(pass, CIFAR, square(1)[0], SOFTWARE, { variant });
  expect(plan.variant.contract).toBe(variant.many!.contract);
  // Control: left alone it would decide for itself.
  expect(planPass(pass, CIFAR, square(1)[0], SOFTWARE).variant.contract).not.toBe(variant.many!.contract);
});

test.each([
  ['hardware', { ...SOFTWARE, software: false, subgroupSize: 32 }, CIFAR],
  ['subgroups of 4, which do not write loops out', { ...SOFTWARE, subgroupSize: 4 }, CIFAR],
  ['small images, which compile soon anyway', SOFTWARE, { channels: 1, height: 8, width: 8 }],
])('no quick variant: %s', (_, device, shape) => {
  expect(nameOf(square(1), device, shape)).toBe('planes_subgroup');
});

test('auto is the rule, however short the run', () => {
  expect(nameOf(square(1), SOFTWARE, CIFAR, 'auto')).toBe('planes_subgroup');
});
