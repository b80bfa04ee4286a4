// Candidates are right for every shape and device; a search trusts none whose sums are wrong, chooses among equals
// the same one every time, keeps to its budget, and what it chooses computes the same kernels.
import { computeGram } from '../../src/kernel/gram.js';
import type { PlanDevice } from '../../src/gpu/plan-device.js';
import { planeCandidates, variantLabel } from '../../src/kernel/plane-candidates.js';
import {
  assertVariantFits,
  planeVariant,
  portableVariant,
  type PlaneVariant,
} from '../../src/kernel/plane-variant.js';
import { fastest, tune, TUNE_TOLERANCE } from '../../src/kernel/tune.js';
import { largestDifference, tuningPlanes } from '../../src/kernel/tuning-bench.js';
import { relativeError } from '../support/golden.js';
import { plantedFault } from '../support/planted-fault.js';
import { testGpu } from '../support/gpu.js';
import { randomNumbers } from '../support/run-shader.js';

const shape = { channels: 2, height: 5, width: 6 };
const PLANES = 30;

const device = (subgroupSize: number): PlanDevice => ({
  limits: {
    maxStorageBufferBindingSize: 128 * 2 ** 20,
    maxBufferSize: 256 * 2 ** 20,
    maxComputeWorkgroupStorageSize: 16384,
    maxComputeInvocationsPerWorkgroup: 256,
    maxComputeWorkgroupsPerDimension: 65535,
  },
  subgroupSize,
});

describe('candidates', () => {
  test.each([0, 4, 8, 16, 32, 64])(
    'subgroups of %i lanes: the rule first, none twice, each covers the plane',
    (size) => {
      for (const [height, width] of [
        [1, 1],
        [1, 40],
        [8, 8],
        [28, 28],
        [32, 32],
        [33, 31],
        [64, 64],
      ]) {
        const image = { channels: 3, height, width };
        const candidates = planeCandidates(image, height * width, device(size));
        expect(candidates[0]).toEqual(planeVariant(image, height * width, device(size)));
        expect(new Set(candidates.map(variantLabel)).size).toBe(candidates.length);
        expect(candidates.length).toBeLessThanOrEqual(9);
        for (const candidate of candidates) assertVariantFits(candidate, image, device(size));
        if (size === 0) expect(candidates.every(({ contract }) => contract.name === 'planes')).toBe(true);
      }
    },
  );

  test('one of another shape or device is refused with its constants', () => {
    const image = { channels: 3, height: 32, width: 32 };
    const large = { ...image, height: 48, width: 48 };
    const variant = planeVariant(image, 1024, device(32));
    expect(() => assertVariantFits(variant, large, device(32))).toThrow(/planes_subgroup.*48×48/);
    expect(() => assertVariantFits(variant, image, device(8))).toThrow(/subgroups of 8 lanes/);
    const portable = portableVariant(image, 1024, device(0));
    expect(() => assertVariantFits(portable, { ...image, height: 300 }, device(0))).toThrow(
      /256 invocations/,
    );
  });

  test('few of many planes are measured, of every alignment, the zero plane among them', () => {
    const { pass, total } = tuningPlanes('many', { channels: 3, height: 32, width: 32 }, 11);
    expect(total).toBe(1024);
    expect(new Set(pass.planes.map(String)).size).toBe(128);
    expect(pass.planes[0]).toEqual([0, 0]);
    for (const alignment of [0, 1, 2, 3]) {
      expect(pass.planes.filter(([dx]) => dx % 4 === alignment).length).toBeGreaterThanOrEqual(16);
    }
  });
});

describe('the choice', () => {
  test.each([
    [[100, 100], 0],
    [[98, 100], 0],
    [[96, 100], 1],
    [[undefined, 50, 100, 97.5, 99], 2],
    [[undefined, 97.5, 100], 1],
  ])('of %j is number %i', (rates, chosen) => {
    expect(fastest(rates)).toBe(chosen);
  });

  test('a difference is measured against the largest sum of its own tap; NaN is never small', () => {
    const sums = Float32Array.of(1000, 1, 500, 2); // two pairs, one tap
    expect(largestDifference(sums, sums, 1)).toBe(0);
    expect(largestDifference(Float32Array.of(1000, 1.5, 500, 2), sums, 1)).toBe(0.25);
    expect(largestDifference(Float32Array.of(1000, 1, NaN, 2), sums, 1)).toBeNaN();
  });
});

/** A variant whose shader is another one with one line changed, under a name of its own. */
function planted(variant: PlaneVariant, fault: string, text: string, replacement: string): PlaneVariant {
  return { ...variant, contract: plantedFault(variant.contract, fault, text, replacement) };
}

describe('a search', () => {
  test('rejects what computes wrongly, writes nothing or does not compile, and times the rest', async () => {
    const gpu = await testGpu();
    const portable = portableVariant(shape, PLANES, gpu);
    const wrong = [
      planted(portable, 'wrong_neighbour', 'select(lane - 1, lane, quad == 0)', 'lane'),
      planted(portable, 'silent', 'if (lane % PLANE_LANES == 0 &&', 'if (lane == 100000 &&'),
      planted(portable, 'broken', 'var link =', 'var link: bool ='),
    ];
    const { variant, measurements } = await tune(gpu, {
      shape,
      depth: 3,
      planes: 'many',
      candidates: [...wrong, portable],
      budgetMs: 600_000,
    });
    expect(variant).toBe(portable);
    expect(measurements.map(({ outcome }) => outcome)).toEqual(['rejected', 'rejected', 'rejected', 'timed']);
    expect(measurements[0].error).toBeGreaterThan(100 * TUNE_TOLERANCE);
    expect(measurements[0].reason).toMatch(/sums differ from those of the portable variant by/);
    expect(measurements[1].error).toBeNaN();
    expect(measurements[2].reason).toMatch(/planes_broken does not compile/);
    expect(measurements[3].error).toBe(0);
    expect(measurements[3].elementLayersPerSecond).toBeGreaterThan(0);
  });

  test('chooses a variant that computes the same kernels', async () => {
    const gpu = await testGpu();
    const candidates = planeCandidates(shape, PLANES, gpu).slice(0, 2);
    const all = (await tune(gpu, { shape, depth: 3, planes: 'many', candidates })).variant;
    const vanilla = (await tune(gpu, { shape, depth: 3, planes: 'one', budgetMs: 0 })).variant;
    const images = { ...shape, count: 4, data: randomNumbers(4 * 60) };
    const kernels = [
      { kernel: 'ntk', depth: 3, readout: 'gap', trained: 'hidden' },
      { kernel: 'ntk', depth: 3, readout: 'vanilla', trained: 'all' },
    ] as const;
    const { matrices } = await computeGram(gpu, { images, kernels, variant: { many: all, one: vanilla } });
    const portable = await computeGram(gpu, { images, kernels, variant: 'portable' });
    for (const [index, matrix] of matrices.entries()) {
      expect(relativeError(matrix, Float64Array.from(portable.matrices[index])) <= 2e-6).toBe(true);
    }
  });

  test('without time tries the rule and what it is compared with, no more', async () => {
    const gpu = await testGpu();
    const { variant, measurements } = await tune(gpu, { shape, depth: 3, planes: 'many', budgetMs: 0 });
    const tried = measurements.filter(({ outcome }) => outcome === 'timed');
    expect(tried.length).toBeLessThanOrEqual(2);
    expect(tried.map((one) => one.variant)).toContain(variant);
    expect(measurements.slice(3).every(({ outcome }) => outcome === 'no time left')).toBe(true);
  });

  test('can be cancelled', async () => {
    const gpu = await testGpu();
    const controller = new AbortController();
    const onCandidate = (index: number) => index === 1 && controller.abort(new Error('enough'));
    const search = tune(gpu, { shape, depth: 3, planes: 'many', signal: controller.signal, onCandidate });
    await expect(search).rejects.toThrow('enough');
  });
});

test('a run refuses a variant of another shape', async () => {
  const gpu = await testGpu();
  const images = { ...shape, height: 12, width: 60, count: 1, data: randomNumbers(2 * 12 * 60) };
  const kernels = [{ kernel: 'nngp', depth: 3, readout: 'gap' }] as const;
  const [small] = planeCandidates({ ...shape, height: 2, width: 2 }, 4, device(4));
  await expect(computeGram(gpu, { images, kernels, variant: { many: small } })).rejects.toThrow(
    /does not fit a 12×60 plane/,
  );
});
