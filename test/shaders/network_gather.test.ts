// network_gather.wgsl = its float64 mirror: tables with no, one, 32, 33 and many sources, inner 1 and more, sizes around a
// workgroup, with and without a kept tensor, at an offset; nothing else is written; the comparison sees planted faults.
import type { ShaderContract } from '../../shaders/contract.js';
import { contract, mirror } from '../../shaders/network_gather.js';
import { testGpu } from '../support/gpu.js';
import { plantedFault } from '../support/planted-fault.js';
import { poisoned, randomNumbers, runShader } from '../support/run-shader.js';

const GUARD = 8;
const INPUTS = 40;
const COUNTS = [0, 1, 2, 31, 32, 33, 70];
/** Sums of up to 70 numbers in [−0.5, 0.5). */
const TOLERANCE = 40 * 2 ** -24 * 35;

/** [outputs] of a table whose elements have COUNTS sources. */
function table(outputs: number) {
  const counts = Array.from({ length: outputs }, (_, e) => COUNTS[e % COUNTS.length]);
  const starts = counts.reduce<number[]>((sums, n) => [...sums, sums.at(-1)! + n], [0]);
  return {
    starts: Uint32Array.from(starts),
    sources: Uint32Array.from({ length: starts.at(-1)! }, (_, k) => (k * 17 + 3) % INPUTS),
  };
}

interface Comparison {
  readonly outer: number;
  readonly outputs: number;
  readonly inner: number;
  readonly keep?: number;
  readonly first?: number;
  readonly shader?: ShaderContract;
}

async function compare({ outer, outputs, inner, keep = 0, first = 0, shader = contract }: Comparison) {
  const { starts, sources } = table(outputs);
  const source = randomNumbers(outer * INPUTS * inner, 1);
  const count = outer * outputs * inner;
  const added = keep === 0 ? poisoned(1) : randomNumbers(count, 2);
  const numbers = { gain: 0.75, bias: 0.25, keep };
  const { result } = await runShader(await testGpu(), shader, {
    constants: { LINES: 4 },
    buffers: { starts, sources, source, added, result: poisoned(first + count + GUARD) },
    params: { lines: outer * inner, inputs: INPUTS, outputs, inner, ...numbers, first },
    workgroups: [2, Math.ceil((outputs * Math.ceil((outer * inner) / 4)) / 128) + 1],
  });
  expect([...result.subarray(0, first), ...result.subarray(first + count)].every(Number.isNaN)).toBe(true);
  const expected = mirror({ starts, sources, source, added, outer, inputs: INPUTS, inner, ...numbers });
  return Math.max(...Array.from(expected, (value, e) => Math.abs(result[first + e] - value)));
}

test.each([
  { outer: 1, outputs: 7, inner: 1 },
  { outer: 3, outputs: 21, inner: 1 },
  { outer: 1, outputs: 8, inner: 8 },
  { outer: 2, outputs: 13, inner: 5 },
  { outer: 4, outputs: 7, inner: 1 },
  { outer: 5, outputs: 70, inner: 1 },
  { outer: 3, outputs: 9, inner: 2 },
  { outer: 1, outputs: 70, inner: 4 },
  { outer: 1, outputs: 7, inner: 1, keep: 1 },
  { outer: 3, outputs: 21, inner: 3, keep: 0.5 },
  { outer: 2, outputs: 7, inner: 3, first: 11 },
  { outer: 2, outputs: 7, inner: 3, first: 64, keep: -2 },
])('%j', async (sizes) => {
  expect((await compare(sizes)) <= TOLERANCE).toBe(true);
});

test.each([
  ['short_block', 'first += 32', 'first += 33'],
  ['no_bias', '+ params.bias', ''],
  ['no_keep', 'value += params.keep * added[written[l]]', 'value += 0.0'],
  ['other_line', 'o * params.inputs', 'o * params.outputs'],
  ['every_second_line', 'i++;', 'i += 2;'],
  ['no_last_line', 'block * LINES + l < params.lines', 'block * LINES + l + 1 < params.lines'],
  ['no_offset', 'result[params.first + written[l]]', 'result[written[l] + 3 - params.first + 8]'],
])('the planted fault %s is seen', async (fault, text, replacement) => {
  const faultyShader = plantedFault(contract, fault, text, replacement);
  const faulty = compare({
    ...{ outer: 2, outputs: 7, inner: 3, keep: 1, first: 11 },
    shader: faultyShader,
  });
  // A value in the guard fails an expectation, any other gives a large or undefined error.
  const error = await faulty.catch(() => Infinity);
  expect(error <= TOLERANCE).toBe(false);
});
