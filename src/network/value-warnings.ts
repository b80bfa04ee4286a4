import { underflowWarning } from '../kernel/kernel-values.js';
import { roughWarning, type RoughPairs } from './exact-pairs.js';

type Facts = Parameters<typeof underflowWarning>[0] & RoughPairs;

/** All that there is to say of computed kernel values. */
export function valueWarnings(...results: readonly Facts[]): string[] {
  return results
    .flatMap((result) => [underflowWarning(result), roughWarning(result)])
    .filter((warning) => warning !== undefined);
}
