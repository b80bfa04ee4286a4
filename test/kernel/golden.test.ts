// The engine on a real device against float64 values from an independent program: every variant, every golden case.
import { computeGram } from '../../src/kernel/gram.js';
import { subgroupVariant } from '../../src/kernel/plane-variant.js';
import { validateKernels } from '../../src/kernel/validate-kernels.js';
import { loadGolden, relativeError, type GoldenCase } from '../support/golden.js';
import { testGpu } from '../support/gpu.js';

const cases = loadGolden();

/** Design, section 3; vanilla relative to sqrt(K_ii K_jj): a value may cancel to nearly nothing between two images. */
const TOLERANCE = { gap: 2e-6, lap: 2e-6, vanilla: 1e-5 };

function tolerance({ spec }: GoldenCase): number {
  if (spec.readout === 'gap') return TOLERANCE.gap;
  return spec.readout === 'vanilla' ? TOLERANCE.vanilla : TOLERANCE.lap;
}

const stacks = [...new Set(cases.map(({ imagesName }) => imagesName))];

test('the golden files hold every kind of case', () => {
  expect(cases).toHaveLength(147);
  expect(cases.filter(({ refused }) => refused)).toHaveLength(8);
});

test('cases that are identically zero are refused', () => {
  for (const { spec, expected, images, refused } of cases) {
    if (!refused) continue;
    expect(expected.every((value) => value === 0)).toBe(true);
    expect(() => validateKernels([spec], images)).toThrow(/identically zero/);
  }
});

describe.each(stacks)('%s', (imagesName) => {
  const mine = cases.filter((golden) => golden.imagesName === imagesName && !golden.refused);

  test.each(['portable', 'subgroup'] as const)('every channel from one run: %s variant', async (variant) => {
    const gpu = await testGpu();
    const { images } = mine[0];
    const size = gpu.subgroupSize;
    if (variant === 'subgroup' && !subgroupVariant(images, images.height * images.width, size)) return;
    const kernels = mine.map(({ spec }) => spec);
    const { matrices } = await computeGram(gpu, { images, kernels, variant });
    const failures: string[] = [];
    for (const [index, golden] of mine.entries()) {
      const error = relativeError(matrices[index], golden.expected);
      if (!(error <= tolerance(golden))) failures.push(`${golden.name}: ${error}`);
    }
    expect(failures).toEqual([]);
  });

  test('rectangular blocks agree with the symmetric matrix', async () => {
    const gpu = await testGpu();
    const { images } = mine[0];
    const kernels = mine.slice(0, 2).map(({ spec }) => spec);
    const { matrices } = await computeGram(gpu, { images, against: images, kernels });
    for (const [index, golden] of mine.slice(0, 2).entries()) {
      expect(relativeError(matrices[index], golden.expected) <= tolerance(golden)).toBe(true);
    }
  });
});
