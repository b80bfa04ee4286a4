// Against a second transcription of the paper's table, and the choice of the column that stands beside a measurement.
import { publishedKernel, publishedNetwork } from '../../src/paper/published.js';

const PAPER = `
3  59.97 64.47 40.94 63.81 70.47 49.71
4  60.20 65.52 42.54 80.93 75.93 51.06
6  64.11 66.03 43.43 83.75 76.73 51.73
11 69.48 65.90 43.42 82.92 77.43 51.92
21 75.57 64.09 42.53 83.30 77.08 52.22`;
const rows = PAPER.trim()
  .split('\n')
  .map((line) => line.split(/\s+/).map(Number));

test.each(rows)('depth %i', (depth, cnnV, fullV, smallV, cnnGap, fullGap, smallGap) => {
  expect(publishedNetwork('vanilla', 50_000)!.percent[depth]).toBe(cnnV);
  expect(publishedKernel('vanilla', 50_000).percent[depth]).toBe(fullV);
  expect(publishedKernel('vanilla', 2000).percent[depth]).toBe(smallV);
  expect(publishedNetwork('gap', 50_000)!.percent[depth]).toBe(cnnGap);
  expect(publishedKernel('gap', 50_000).percent[depth]).toBe(fullGap);
  expect(publishedKernel('gap', 2000).percent[depth]).toBe(smallGap);
});

test('another training size: the column of 2,000, by its name, and no trained network', () => {
  expect(publishedKernel('gap', 500)).toMatchObject({ name: 'CNTK-GAP-2K', trainCount: 2000 });
  expect(publishedNetwork('gap', 500)).toBeUndefined();
});
