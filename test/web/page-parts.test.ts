// Plan: parts of the page that need no browser: the colours are those of viridis; numbers are written as the browser's own
// tables would; a thing of several steps is done once more for all who wished for it meanwhile, also when it fails; a draw
// of images says what is missing, with a message that can be followed; a kernel that is not whole is not saved.
import { interpolateViridis } from 'd3-scale-chromatic';
import { chooseImages } from '../../src/web/engine/chosen-images.js';
import type { DataSet } from '../../src/web/engine/data-set.js';
import { KernelBlock } from '../../src/web/engine/matrices.js';
import { COLOURS, viridisPixels } from '../../src/web/engine/viridis.js';
import { grouped } from '../../src/web/page/grouped.js';
import { OneAtATime } from '../../src/web/page/one-at-a-time.js';
import { DEFAULT_SETTINGS, readHash } from '../../src/web/settings.js';

test('the colours are those of viridis', () => {
  const bytes = new Uint8Array(viridisPixels().buffer);
  const found = Array.from({ length: COLOURS }, (_, i) => [...bytes.subarray(4 * i, 4 * i + 4)]);
  const wanted = found.map((__, i) => {
    const hex = interpolateViridis(i / (COLOURS - 1)).slice(1);
    return [0, 2, 4].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)).concat(255);
  });
  expect(COLOURS).toBe(256);
  expect(found).toEqual(wanted);
});

test.each([0, 7, 999, 1000, 12_345, 999_999, 1_000_000, 1234.5])('%d has its thousands apart', (value) => {
  expect(grouped(value)).toBe(Math.round(value).toLocaleString('en-US'));
});

describe('a thing that is done one at a time', () => {
  test('is done once more for all who wish for it meanwhile', async () => {
    let [begun, ended] = [0, 0];
    const turn = () => new Promise<void>((resolve) => setTimeout(resolve, 5));
    const thing = new OneAtATime(async () => {
      begun++;
      expect(begun).toBe(ended + 1);
      await turn();
      ended++;
    });
    const first = thing.do();
    const others = [thing.do(), thing.do(), thing.do()];
    await first;
    expect(ended).toBe(1);
    await Promise.all(others);
    expect([begun, ended]).toEqual([2, 2]);
    await thing.do();
    expect(ended).toBe(3);
  });

  test('is done again after it has failed', async () => {
    let times = 0;
    const thing = new OneAtATime(async () => {
      await Promise.resolve();
      if (++times === 1) throw new Error('once');
    });
    const [first, second] = await Promise.allSettled([thing.do(), thing.do()]);
    expect([first.status, second.status, times]).toEqual(['rejected', 'fulfilled', 2]);
  });
});

/** So many images of these classes. */
function dataOf(labels: readonly number[]): DataSet {
  const data = Float32Array.from({ length: 4 * labels.length }, (_, i) => (i * 7) % 5);
  return {
    kind: 'files',
    name: 'x.npy',
    images: { data, count: labels.length, channels: 1, height: 2, width: 2 },
    labels: Int32Array.from(labels),
    classNames: labels.map(String),
    notes: [],
    inkShare: 0.7,
  };
}

describe('a draw of images', () => {
  const draw = (labels: readonly number[], train: number, test: number) =>
    chooseImages(dataOf(labels), { ...DEFAULT_SETTINGS, train, test });

  test('works for three images', () => {
    const chosen = draw([0, 1, 0], 2, 1);
    expect([chosen.train.count, chosen.test.count]).toEqual([2, 1]);
  });

  test.each([
    [
      [0, 1],
      2,
      1,
      /^x\.npy: has too few images: 2, but at least two to train on and one to test on are needed$/,
    ],
    [[0, 1, 0], 2, 2, /^x\.npy: 2 training and 2 test images are asked for, but there are 3 together/],
    [[0, 0, 0, 0], 2, 2, /all images are of one class/],
    [
      [0, 1, 2, 3, 4, 5],
      3,
      3,
      /none of the test images is of one of the 3 classes .* ask for more training images$/,
    ],
  ])('of %j, %d to train on and %d to test on, is refused', (labels, train, test, message) => {
    expect(() => draw(labels, train, test)).toThrow(message);
  });
});

test('an address may ask for few images', () => {
  expect(readHash('#train=2&test=1')).toEqual({
    settings: { ...DEFAULT_SETTINGS, train: 2, test: 1 },
    faults: [],
  });
  expect(readHash('#train=1&test=0').faults).toHaveLength(2);
});

test('a kernel is whole when its last tile has come', () => {
  const block = new KernelBlock(3, 3, 1);
  const tile = (firstRow: number, rows: number, firstColumn: number, columns: number) => ({
    tile: { firstRow, rows, firstColumn, columns, symmetric: true },
    values: [new Float32Array(rows * columns).fill(1)],
  });
  block.put(tile(0, 2, 0, 2));
  block.put(tile(2, 1, 2, 1));
  expect([block.isWhole, block.matrices[0].includes(NaN)]).toEqual([false, true]);
  block.put(tile(2, 1, 0, 2));
  expect([block.isWhole, block.matrices[0].includes(NaN)]).toEqual([true, false]);
});
