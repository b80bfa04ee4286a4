// Numbers of bytes and shares in words: the unit changes where three digits would no longer do, an estimate shows no more
// digits than it is worth, a limit is never said to be larger than it is, and two sizes that differ look different.
import { formatGiga, formatPercent } from '../../src/text/numbers.js';
import { quoted, shownJson } from '../../src/text/quoted.js';
import { formatLimit, formatRoughSize, formatSize, unequalSizes } from '../../src/text/sizes.js';

const [KIB, MIB, GIB] = [2 ** 10, 2 ** 20, 2 ** 30];

test.each([
  [0, '0.00 KiB'],
  [1536, '1.50 KiB'],
  [999.4 * KIB, '999 KiB'],
  [999.5 * KIB, '0.976 MiB'],
  [64 * MIB, '64.0 MiB'],
  [147.4 * MIB, '147 MiB'],
  [1023 * MIB, '0.999 GiB'],
  [1.2 * GIB, '1.20 GiB'],
  [2 ** 60, '1.00 EiB'],
  [2 ** 70, '1.02e+3 EiB'],
])('%d bytes are %s', (bytes, text) => {
  expect(formatSize(bytes)).toBe(text);
});

test.each([
  [1, '1 KiB'],
  [MIB - 1, '1024 KiB'],
  [MIB, '1 MiB'],
  [640.4 * MIB, '640 MiB'],
  [GIB, '1.0 GiB'],
])('an estimate of %d bytes is %s', (bytes, text) => {
  expect(formatRoughSize(bytes)).toBe(text);
});

test('a limit is rounded down', () => {
  expect([2 ** 31 - 1, 2 ** 31].map(formatLimit)).toEqual(['2047 MiB', '2048 MiB']);
});

test.each([
  [MIB, MIB - 1, '1,048,576 bytes', '1,048,575 bytes'],
  [1.4 * MIB, 0.6 * MIB, '1.4 MiB', '0.6 MiB'],
  [5 * MIB, 2 * MIB, '5 MiB', '2 MiB'],
  [7.04 * GIB, 7 * GIB, '7.04 GiB', '7.00 GiB'],
  [7 * GIB, MIB, '7168 MiB', '1 MiB'],
])('%d and %d bytes differ in words', (a, b, first, second) => {
  expect(unequalSizes(a, b)).toEqual([first, second]);
});

test('shares and rates', () => {
  expect(formatPercent(0.875, 2)).toBe('87.50 %');
  expect(formatPercent(1, 0)).toBe('100 %');
  expect(formatGiga(1.2345e9)).toBe('1.23');
});

test('a text in a message is quoted, escaped and cut where it is long', () => {
  expect(quoted('a "b"\n')).toBe(String.raw`"a \"b\"\n"`);
  expect(quoted('x'.repeat(60))).toBe(`"${'x'.repeat(60)}"`);
  expect(quoted('x'.repeat(61))).toBe(`"${'x'.repeat(60)}…"`);
  expect([1.5, undefined, null, 'a', { b: 1 }].map(shownJson)).toEqual([
    '1.5',
    'nothing',
    'null',
    '"a"',
    '{"b":1}',
  ]);
  expect(shownJson('x'.repeat(50))).toHaveLength(38);
});
