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
  expect(nameOf(square(9))).toBe('planes_sampled');
});

test('the matrices of a run decide together', () => {
  expect(nameOf(regressionGrams(7, 0))).toBe('planes');
  expect(nameOf(regressionGrams(7, 2))).toBe('planes_sampled');
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
  ['hardware', { ...SOFTWARE, software: false, subgroupSize: 32 }, CIFAR, 'planes_subgroup'],
  ['subgroups of 4, which do not write loops out', { ...SOFTWARE, subgroupSize: 4 }, CIFAR, 'planes_sampled'],
  [
    'small images, which compile soon anyway',
    SOFTWARE,
    { channels: 1, height: 8, width: 8 },
    'planes_sampled',
  ],
])('no quick variant: %s', (_, device, shape, name) => {
  expect(nameOf(square(1), device, shape)).toBe(name);
});

test('auto is the rule, however short the run', () => {
  expect(nameOf(square(1), SOFTWARE, CIFAR, 'auto')).toBe('planes_sampled');
});

test('what is compiled already is taken, however short a call; a whole run decides without asking', () => {
  const [pass] = planPasses(CHANNELS, CIFAR);
  const asked: string[] = [];
  const isCompiled = (contract: { readonly name: string }, constants: object) => {
    asked.push(`${contract.name} ${Object.keys(constants).length}`);
    return true;
  };
  const warm: PlanDevice = { ...SOFTWARE, isCompiled };
  const nameIn = (device: PlanDevice) => planPass(pass, CIFAR, square(1)[0], device).variant.contract.name;
  expect(nameIn(warm)).toBe('planes_sampled');
  // What is asked for is what the plan compiles.
  const { constants } = planPass(pass, CIFAR, square(1)[0], warm);
  expect(asked).toContain(`planes_sampled ${Object.keys(constants.planes).length}`);
  expect(nameIn({ ...SOFTWARE, isCompiled: () => false })).toBe('planes');
  expect(nameOf(square(1), warm)).toBe('planes');
});

describe('small pairs', () => {
  const nameFor = (
    depth: number,
    size: number,
    readout: 'vanilla' | 'gap' = 'vanilla',
    device = SOFTWARE,
  ) => {
    const kernels = [{ kernel: 'ntk', depth, readout, trained: 'all' }] as const;
    const shape = { channels: 1, height: size, width: size };
    const [variant] = Object.values(runVariants(kernels, shape, square(100), device));
    return variant.contract.name;
  };

  test('16 vec4s times layers are written out, 20 are not', () => {
    expect(nameFor(5, 4)).toBe('zero_plane');
    expect(nameFor(6, 4)).toBe('planes_subgroup');
    expect(nameFor(2, 8)).toBe('zero_plane');
    expect(nameFor(3, 8)).toBe('planes_subgroup');
  });

  test('other planes and devices without subgroups have their own kernels', () => {
    expect(nameFor(3, 4, 'gap')).toBe('planes_sampled');
    expect(nameFor(3, 4, 'gap', { ...SOFTWARE, software: false })).toBe('planes_subgroup');
    expect(nameFor(3, 4, 'vanilla', { ...SOFTWARE, subgroupSize: 0 })).toBe('planes');
  });

  test('two passes of one kind, one of them too deep: each gets what suits it', () => {
    const shape = { channels: 1, height: 4, width: 4 };
    const kernels = [3, 9].map((depth, i) => ({
      kernel: 'ntk' as const,
      ...{ depth, readout: 'vanilla' as const, trained: i === 0 ? ('all' as const) : ('hidden' as const) },
    }));
    for (const list of [kernels, [...kernels].reverse()]) {
      const variant = runVariants(list, shape, square(100), SOFTWARE);
      const names = planPasses(list, shape).map(
        (pass) =>
          [
            pass.layers,
            planPass(pass, shape, square(5)[0], SOFTWARE, { variant }).variant.contract.name,
          ] as const,
      );
      expect(Object.fromEntries(names)[8]).toBe('planes_subgroup');
    }
  });
});
