import { list } from '../options/options.js';

/** Numbers separated by commas, each larger than the one before, so that the last is the largest. */
export function rising(parse: (value: string) => number): (value: string) => number[] {
  return (value) => {
    const numbers = list(parse)(value);
    const fallen = numbers.findIndex((number, i) => i > 0 && !(number > numbers[i - 1]));
    if (fallen > 0)
      throw new Error(`${numbers[fallen]} follows ${numbers[fallen - 1]}; name them in rising order`);
    return numbers;
  };
}
