import type { Gpu } from '../gpu/gpu.js';
import { ceilingCases } from './ceiling-cases.js';
import { bindingShare, type Ceilings, type Resource } from './cost.js';
import { cpuPlanesCase } from './cpu/cpu-case.js';
import { gramCase, kernelsOfEveryDepth } from './gram-case.js';
import { fieldsCase, normsCase, tileValuesCase } from './image-cases.js';
import { layersCase } from './layers-case.js';
import { measureTogether, spread, type BenchCase, type BenchResult } from './measure.js';
import { planesCase } from './plane-cases.js';
import { solverCost } from './shader-costs.js';
import { factorizationCase, productCase, solveCase, solverShaderCases } from './solver-cases.js';

export interface BenchOptions {
  /** Fewer repetitions of smaller cases. */
  readonly quick: boolean;
  /** The run is limited to cases whose name contains one of these. */
  readonly only?: readonly string[];
  readonly signal?: AbortSignal;
  readonly onCase?: (name: string, index: number, count: number) => void;
}

const CIFAR = { channels: 3, height: 32, width: 32 };
const DIGITS = { channels: 1, height: 8, width: 8 };
const DEPTH = 11;

const LAYERS = 'layers-gap';

/** Comparisons of two cases of a group: name of the ratio, and of the case on its other side. */
const RATIOS: Readonly<Partial<Record<string, { readonly name: string; readonly baseline: string }>>> = {
  'planes-gap': { name: 'fused / layer by layer', baseline: LAYERS },
  'planes-gap-portable': { name: 'portable / layer by layer', baseline: LAYERS },
  'gram-gap-kernels': { name: 'kernels of every depth / the deepest alone', baseline: 'gram-gap' },
  'gram-gap-8x8': { name: 'whole run / its plane kernel', baseline: 'planes-gap-8x8' },
  cholesky_update: { name: 'update / plain product', baseline: 'product' },
};

/**
 * Cases that are timed in turn, group by group. The first one is the comparison: its sides and their ratios
 * come before everything else.
 *
 * Software adapters get smaller cases, since one dispatch should not take seconds.
 */
function groupsOf(software: boolean, quick: boolean): readonly (readonly BenchCase[])[] {
  const size = software ? 1 : 8;
  const n = software && quick ? 512 : quick ? 1024 : 4096;
  const classes = 10;
  const network = { shape: CIFAR, depth: DEPTH };
  const gap = { ...network, readout: 'gap', rows: size, columns: 2 } as const;
  const withCost = (one: BenchCase) => ({ ...one, cost: solverCost(one.name, n, classes) });
  const [update, ...others] = solverShaderCases(n, classes);
  const runs = { ...network, seconds: quick ? 1.5 : 6, minImages: quick ? 4 : 11 };
  const stage = { shape: CIFAR, layers: DEPTH - 1, count: 64 * size };
  return [
    [
      planesCase({ name: 'planes-gap', ...gap }),
      planesCase({ name: 'planes-gap-portable', ...gap, variant: 'portable' }),
      layersCase({ name: LAYERS, ...network }),
    ],
    [
      gramCase({ name: 'gram-gap', ...runs }),
      gramCase({ name: 'gram-gap-kernels', ...runs, kernels: kernelsOfEveryDepth(network) }),
    ],
    [cpuPlanesCase({ name: 'planes-gap-cpu', ...network, planes: quick ? 64 : 1024 })],
    [planesCase({ name: 'planes-vanilla', ...network, readout: 'vanilla', rows: 32 * size, columns: 32 })],
    // Little work a pair: what a pair costs besides its layers shows.
    [
      planesCase({
        name: 'planes-vanilla-shallow',
        ...{ shape: CIFAR, depth: 3, readout: 'vanilla' },
        ...{ rows: 32 * size, columns: 32 },
      }),
    ],
    [
      planesCase({
        name: 'planes-vanilla-4x4',
        ...{ shape: { channels: 1, height: 4, width: 4 }, depth: 3, readout: 'vanilla' },
        ...{ rows: 256 * size, columns: 256 },
      }),
    ],
    [
      planesCase({
        name: 'planes-gap-8x8',
        shape: DIGITS,
        depth: DEPTH,
        readout: 'gap',
        rows: 4 * size,
        columns: 32,
      }),
      // What a run of small planes leaves of their own rate.
      gramCase({ name: 'gram-gap-8x8', ...runs, shape: DIGITS, seconds: quick ? 0.5 : 3, minImages: 8 }),
    ],
    // The host has to keep up with pairs that take the device next to nothing.
    [
      gramCase({
        name: 'gram-vanilla-4x4',
        ...{ shape: { channels: 1, height: 4, width: 4 }, depth: 3, readout: 'vanilla' },
        ...{ seconds: quick ? 0.3 : 2, minImages: 64 },
      }),
    ],
    [normsCase(stage)],
    [fieldsCase({ ...stage, count: 16 * size })],
    [tileValuesCase({ groups: 1024, rows: 8 * size, columns: 64 })],
    [update, productCase(n)].map(withCost),
    ...others.map((one) => [withCost(one)]),
    [factorizationCase(n)],
    [solveCase(n, classes)],
  ];
}

/** Names for `only`, in the order of the results. */
export function benchNames(): string[] {
  return groupsOf(true, true).flatMap((group) => group.map(({ name }) => name));
}

export interface BenchResults {
  readonly ceilings: Ceilings;
  readonly results: readonly BenchResult[];
}

/**
 * Speeds of every shader, each validated before it is timed, and what the adapter does at the most.
 *
 * @returns the ceilings; then the fused plane kernel in element-layers/s and how many times faster it is than the
 * layer-by-layer baseline, both from one run; then everything else.
 * @throws BenchValidationError if a result is wrong; the signal's reason if aborted.
 */
export async function runBench(
  gpu: Gpu,
  { quick, only = [''], signal, onCase }: BenchOptions,
): Promise<BenchResults> {
  const groups = groupsOf(gpu.description.software, quick)
    .map((group, index) => ({
      comparison: index === 0,
      cases: group.filter(({ name }) => only.some((part) => name.includes(part))),
    }))
    .filter(({ cases }) => cases.length > 0);
  const micro = ceilingCases(gpu);
  const count = groups.reduce((sum, { cases }) => sum + cases.length, micro.length);
  let begun = 0;
  const ceilings: Partial<Record<Resource, BenchResult>> = {};
  for (const one of micro) {
    onCase?.(one.name, begun++, count);
    const options = { repetitions: quick ? 3 : 9, sampleMs: quick ? 20 : 100, groupMs: 1000, signal };
    const { results } = await measureTogether(gpu, [one], options);
    ceilings[one.resource] = results[0];
  }
  const found: BenchResult[] = [];
  for (const { comparison, cases } of groups) {
    onCase?.(cases.map(({ name }) => name).join(' and '), begun, count);
    begun += cases.length;
    const { results, rates } = await measureTogether(gpu, cases, {
      repetitions: quick ? 3 : comparison ? 15 : 9,
      sampleMs: quick ? 30 : 100,
      groupMs: (quick ? 1 : 4) * (comparison ? 4000 : 1000),
      signal,
    });
    const withShares = results.map((result) => ({
      ...result,
      share: bindingShare(result.median, result.cost, ceilings),
    }));
    found.push(...withRatios(withShares, rates));
  }
  return { ceilings, results: found };
}

/** Puts behind a result its ratio to its baseline, if that was timed in turn with it. */
function withRatios(results: readonly BenchResult[], rates: readonly number[][]): BenchResult[] {
  return results.flatMap((result, c) => {
    const ratio = RATIOS[result.name];
    const baseline = results.findIndex(({ name }) => name === ratio?.baseline);
    if (ratio === undefined || baseline < 0) return [result];
    const median = result.median / results[baseline].median;
    const { min, max } = spread(rates[c].map((rate, r) => rate / rates[baseline][r]));
    return [
      result,
      {
        ...result,
        name: ratio.name,
        unit: '×',
        median,
        min,
        max,
        compileMs: null,
        cost: null,
        share: null,
        validation: null,
      },
    ];
  });
}
