import type { BenchResult, Unit } from './measure.js';

/**
 * What a shader spends, and what an adapter has a ceiling of. Flops count an addition or a multiplication as one, and
 * a root is a square root together with a reciprocal; shuffles are values of 4 bytes.
 */
export type Resource = 'arithmetic' | 'roots' | 'shuffles' | 'workgroup memory' | 'global memory';

export const RESOURCE_UNITS: Readonly<Record<Resource, Unit>> = {
  arithmetic: 'flop/s',
  roots: 'roots/s',
  shuffles: 'shuffles/s',
  'workgroup memory': 'bytes/s',
  'global memory': 'bytes/s',
};

/**
 * What one unit of work takes of each resource: what the algorithm in the shader's text asks for, not what a compiler
 * makes of it. Selects, comparisons, integers and address arithmetic are not counted. Global memory counts what a
 * dispatch has to read and write at least once: that a cache may serve the second reader is left out on purpose, as in
 * a roofline (Williams, Waterman and Patterson 2009).
 */
export type Cost = Readonly<Partial<Record<Resource, number>>>;

/** What was measured, in the units of `RESOURCE_UNITS`; without subgroups there are no shuffles. */
export type Ceilings = Readonly<Partial<Record<Resource, BenchResult>>>;

export interface Share {
  readonly resource: Resource;
  /** Of the ceiling: 1 is all of it. */
  readonly value: number;
}

/** The resource of which a rate takes the largest share: the one that binds. Null without cost or ceilings. */
export function bindingShare(rate: number, cost: Cost | null, ceilings: Ceilings): Share | null {
  let binding: Share | null = null;
  for (const [resource, amount] of Object.entries(cost ?? {}) as [Resource, number][]) {
    // The most that was seen: others may have slowed the rest.
    const ceiling = ceilings[resource]?.max;
    if (ceiling === undefined) continue;
    const value = (rate * amount) / ceiling;
    if (!(value <= (binding?.value ?? 0))) binding = { resource, value };
  }
  return binding;
}
