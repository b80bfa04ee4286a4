// tile_values.wgsl = its mirror around a workgroup (64 columns) and a block (32 groups), with the very bits of float64 on
// the host, to the ends of float32; pairs above the diagonal are not written, and what float32 cannot hold is counted.
import { splitScale } from '../../shaders/shared/scaled.js';
import { contract, mirror, packOutputs, walkOf, type TileOutput } from '../../shaders/tile_values.js';
import type { ShaderContract } from '../../shaders/contract.js';
import { testGpu } from '../support/gpu.js';
import { plantedFault } from '../support/planted-fault.js';
import { poisoned, randomNumbers, runShader, worstError } from '../support/run-shader.js';

interface Run {
  readonly partial: Float32Array;
  readonly outputs: readonly TileOutput[];
  readonly rows: number;
  readonly columns: number;
  readonly groups?: number;
  readonly taps?: number;
  readonly walk?: number;
  readonly rowExponents?: Int32Array;
  readonly columnExponents?: Int32Array;
  readonly triangle?: boolean;
  readonly shader?: ShaderContract;
}

const GUARD = 6;

/** [outputs][rows][columns], and the problems as u32. */
async function valuesOf({ shader = contract, triangle = false, groups = 1, taps = 1, ...run }: Run) {
  const gpu = await testGpu();
  const { partial, outputs, rows, columns, walk = walkOf(groups) } = run;
  const { rowExponents = new Int32Array(rows), columnExponents = new Int32Array(columns) } = run;
  const { values, problems } = await runShader(gpu, shader, {
    constants: {},
    buffers: {
      partial_sums: partial,
      outputs: packOutputs(outputs),
      row_exponents: rowExponents,
      column_exponents: columnExponents,
      values: poisoned(outputs.length * rows * columns + GUARD),
      problems: Uint32Array.of(0xffffffff, 0, 0xffffffff),
    },
    params: {
      ...{ groups, taps, outputs: outputs.length, rows, columns, walk },
      ...{ first_row: 0, first_column: 0, triangle: triangle ? 1 : 0 },
    },
    workgroups: [Math.ceil(columns / 64), Math.ceil(rows / walk), outputs.length],
  });
  expect(values.subarray(-GUARD).every(Number.isNaN)).toBe(true);
  return { values: values.subarray(0, -GUARD), problems: [...new Uint32Array(problems.buffer)] };
}

const bitsOf = (values: ArrayLike<number>) => new Uint32Array(Float32Array.from(values).buffer);

test.each([
  [1, 1, 1, 1],
  [2, 63, 31, 1],
  [3, 64, 32, 3],
  [2, 65, 33, 2],
  [1, 7, 64, 8],
  [1, 3, 1024, 2],
  // Around the rows that an invocation takes.
  [7, 3, 1, 1],
  [8, 2, 1, 2],
  [9, 66, 1, 1],
])('%i×%i pairs, %i groups, %i taps', async (rows, columns, groups, taps) => {
  const partial = randomNumbers(rows * columns * groups * taps * 2).map((value) => value + 0.5);
  const outputs: TileOutput[] = [
    { tap: taps - 1, use: 'k', scale: 3 },
    { tap: 0, use: 'u+k', scale: 1 / 9 },
    { tap: Math.floor(taps / 2), use: 'u', scale: 1e-5 },
  ];
  const rowExponents = Int32Array.from({ length: rows }, (_, row) => row - 1);
  const columnExponents = Int32Array.from({ length: columns }, (_, column) => (column % 5) - 2);
  const input = { outputs, groups, taps, rowExponents, columnExponents };
  const { values, problems } = await valuesOf({ partial, rows, columns, ...input });
  expect(worstError(values, mirror({ partialSums: partial, ...input })) <= 1e-6).toBe(true);
  expect(problems).toEqual([0xffffffff, 0, 0xffffffff]);
});

const SIDE = 70;

/** Pairs of numbers of every distance between their exponents, equal and opposite ones and zeros among them. */
function roughSums(): Float32Array {
  const random = randomNumbers(SIDE * SIDE * 4, 5);
  return Float32Array.from({ length: SIDE * SIDE * 2 }, (_, i) => {
    const pair = Math.floor(i / 2);
    if (pair % 11 === 0) return (i % 2 === 0 ? 1 : -1) * random[pair];
    if (pair % 13 === 0 && i % 2 === 1) return 0;
    return random[i] * 2 ** (i % 2 === 0 ? 0 : (pair % 60) - 30);
  });
}

test.each([1, 1 / 3, (9 / 8) ** -10, 1 / 32 ** 6, 2 ** -130, 2 ** -149, 3e37])(
  'scale %d: the bits of float64 on the host',
  async (scale) => {
    const partial = roughSums();
    const outputs = (['k', 'u', 'u+k'] as const).map((use) => ({ tap: 0, use, scale }));
    const exponents = Int32Array.from({ length: SIDE }, (_, i) => (i % 7) - 3);
    const input = { outputs, groups: 1, taps: 1, rowExponents: exponents, columnExponents: exponents };
    const { values } = await valuesOf({ partial, rows: SIDE, columns: SIDE, ...input });
    const expected = mirror({ partialSums: partial, ...input });
    expect(bitsOf(values)).toEqual(bitsOf(expected));
  },
);

test("the upper triangle is nobody's", async () => {
  const partial = randomNumbers(5 * 5 * 2);
  const outputs: TileOutput[] = [{ tap: 0, use: 'u+k', scale: 1 }];
  const { values } = await valuesOf({ partial, outputs, rows: 5, columns: 5, triangle: true });
  const written = Array.from(values, (value) => !Number.isNaN(value));
  expect(written).toEqual(Array.from({ length: 25 }, (_, i) => i % 5 <= Math.floor(i / 5)));
});

test('values beyond float32 and below it: how many, and the first of each, on both sides of the bounds', async () => {
  const largest = (2 - 2 ** -23) * 2 ** 127;
  const run = { outputs: [{ tap: 0, use: 'k', scale: 1 }] as const, rows: 1, columns: 4 };
  const partial = Float32Array.of(0, 0, 2 ** -126, 0, largest, 0, 0, 0);
  expect((await valuesOf({ ...run, partial })).problems).toEqual([0xffffffff, 0, 0xffffffff]);
  const columnExponents = Int32Array.of(0, 1, -1, 400);
  const beyond = await valuesOf({ ...run, partial, columnExponents });
  expect([beyond.values[2], ...beyond.problems]).toEqual([Infinity, 2, 1, 1]);
  const noNumber = await valuesOf({ ...run, partial: Float32Array.of(1, 0, NaN, 0, Infinity, 0, 1, 0) });
  expect(noNumber.values.subarray(1, 3)).toEqual(Float32Array.of(NaN, Infinity));
  expect(noNumber.problems[0]).toBe(1);
});

test.each([0, 1, 2 ** -1074, 3 * 2 ** -1070, 2 ** -1022, 1 / 3, 1e300])(
  'the scale %d is split without loss',
  (scale) => {
    const { hi, lo, exponent } = splitScale(scale);
    expect(hi).toBeGreaterThanOrEqual(2 ** 31);
    // In two steps: the power alone may be no float64.
    const power = exponent + 63;
    const half = Math.trunc(power / 2);
    expect((hi * 2 ** -31 + lo * 2 ** -63) * 2 ** half * 2 ** (power - half)).toBe(scale);
  },
);

test('planted faults are seen', async () => {
  const partial = roughSums();
  const exponents = new Int32Array(SIDE);
  const input = {
    outputs: [{ tap: 0, use: 'u+k', scale: 1 / 3 }] as const,
    ...{ groups: 1, taps: 1, rowExponents: exponents, columnExponents: exponents },
  };
  const expected = bitsOf(mirror({ partialSums: partial, ...input }));
  for (const [fault, text, replacement] of [
    ['one_rounding', 'if (up_float64 && next == 0)', 'next = next | 1; if (false)'],
    ['no_borrow', 'select(0u, 1u, small_lo != 0)', '0u'],
    ['no_carry', 'select(0u, 1u, middle < across.x)', '0u'],
    ['ties_up', '(below_half || (kept & 1) == 1)', 'true'],
    ['one_row', 'break if row >= last', 'break if true'],
  ] as const) {
    const shader = plantedFault(contract, fault, text, replacement);
    const { values } = await valuesOf({ shader, partial, rows: SIDE, columns: SIDE, ...input });
    expect([fault, bitsOf(values).every((bits, i) => bits === expected[i])]).toEqual([fault, false]);
  }
});
