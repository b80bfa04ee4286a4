import { formatDuration } from '../../src/text/duration.js';
import { suggestion } from '../../src/commands/options/options.js';
import { formatRate, Progress } from '../../src/commands/process/progress.js';
import { formatJson } from '../../src/commands/process/streams.js';

// Plan: the parts that a run of the binary does not show: durations of every size, suggestions near and far, JSON with
// anything in its strings, a bar on a terminal.

test.each([
  [0, '0.0 s'],
  [9_949, '9.9 s'],
  [9_951, '10 s'],
  [59_499, '59 s'],
  [59_500, '1:00 min'],
  [187_000, '3:07 min'],
  [3_599_400, '59:59 min'],
  [3_599_600, '1:00:00 h'],
  [878_400_000, '244:00:00 h'],
  [NaN, '?'],
  [Infinity, '?'],
])('%d ms is %s', (elapsedMs, words) => {
  expect(formatDuration(elapsedMs)).toBe(words);
});

test('speed in the unit of every figure', () => {
  expect(formatRate(2.2e9, 10_000)).toBe('0.220 G element-layers/s');
});

test.each([
  ['dpth', 'depth'],
  ['train-lables', 'train-labels'],
  ['hlep', 'help'],
  ['zzzzz', undefined],
  ['x', undefined],
])('--%s suggests %s', (unknown, expected) => {
  expect(suggestion(unknown, ['depth', 'train-labels', 'train', 'help', 'json'])).toBe(expected);
});

test('JSON keeps every value', () => {
  const value = {
    rows: [[1, 2.5], [-3e-7]],
    files: ['a [\n 1,\n 2\n]', '[1, 2]'],
    empty: [],
    nested: [{ a: [1] }],
  };
  expect(JSON.parse(formatJson(value))).toEqual(value);
  expect(formatJson({ rows: [1, 2] })).toBe('{\n  "rows": [1, 2]\n}\n');
});

describe('progress', () => {
  /** What a terminal, or a file, would get. */
  function record(isTTY: boolean, quiet: boolean): string {
    let written = '';
    const stream = Object.assign(Object.create(process.stderr) as NodeJS.WriteStream, {
      isTTY,
      write: (text: string) => {
        written += text;
        return true;
      },
      cursorTo: () => true,
      clearLine: () => true,
    });
    using progress = new Progress(quiet, stream);
    progress.note('a note');
    progress.begin('kernel');
    progress.updateKernel({ done: 1e6, total: 4e6, elapsedMs: 100 });
    progress.updateKernel({ done: 4e6, total: 4e6, elapsedMs: 400 });
    progress.end();
    return written;
  }

  test('is a bar on a terminal, with a line that stays', () => {
    const written = record(true, false);
    expect(written).toMatch(/^a note\n/);
    expect(written).toContain('kernel [');
    expect(written).toMatch(/kernel: 0\.\d s \| 0\.0100 G element-layers\/s\n$/);
  });

  test('is lines elsewhere', () => {
    expect(record(false, false)).toMatch(
      /^a note\nkernel …\nkernel: 0\.\d s \| 0\.0100 G element-layers\/s\n$/,
    );
  });

  test.each([true, false])('is nothing when quiet (terminal: %s)', (isTTY) => {
    expect(record(isTTY, true)).toBe('');
  });
});
