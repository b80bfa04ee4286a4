// Tiles one after the other, the next computed while one is consumed: the bits of the whole matrix; a finished tile is
// not kept waiting for one that is not there yet; who goes away, aborts or fails leaves nothing running.
import { setTimeout as sleep } from 'node:timers/promises';
import type { KernelSpec } from '../../src/kernel/kernel-spec.js';
import { computeGram } from '../../src/kernel/gram.js';
import { computeTiles } from '../../src/kernel/gram-tiles.js';
import { tilePairs, type Tile } from '../../src/kernel/tiles.js';
import { testGpu } from '../support/gpu.js';
import { randomNumbers } from '../support/run-shader.js';

const COUNT = 10;
const images = { data: randomNumbers(COUNT * 30, 3), count: COUNT, channels: 1, height: 5, width: 6 };
const kernels: KernelSpec[] = [
  { kernel: 'ntk', depth: 4, readout: 'gap', trained: 'hidden' },
  { kernel: 'ntk', depth: 5, readout: 'vanilla', trained: 'all' },
];
const options = { images, kernels, tileImages: 4 };
const tiles = [...tilePairs({ rows: COUNT, columns: COUNT, symmetric: true }, 4)];

/** Tells when a tile was asked for and when its asker went away. */
async function* given(log: string[], list: readonly Tile[] = tiles): AsyncGenerator<Tile> {
  try {
    for (const [t, tile] of list.entries()) {
      log.push(`asked ${t}`);
      yield await Promise.resolve(tile);
    }
  } finally {
    log.push('closed');
  }
}

test('the bits of the whole matrix, the next tile asked for before one is given out', async () => {
  const gpu = await testGpu();
  const { matrices } = await computeGram(gpu, { images, kernels });
  const log: string[] = [];
  const found = matrices.map((matrix) => new Float32Array(matrix.length).fill(NaN));
  for await (const { tile, values } of computeTiles(gpu, given(log), options)) {
    log.push(`got ${tiles.indexOf(tile)}`);
    for (let r = 0; r < tile.rows; r++) {
      for (let c = 0; c < tile.columns; c++) {
        const [row, column] = [tile.firstRow + r, tile.firstColumn + c];
        for (const [k, matrix] of found.entries()) {
          matrix[row * COUNT + column] = values[k][r * tile.columns + c];
          matrix[column * COUNT + row] = values[k][r * tile.columns + c];
        }
      }
    }
  }
  expect(found).toEqual(matrices);
  expect(log.filter((line) => line.startsWith('got'))).toEqual(tiles.map((_, t) => `got ${t}`));
  // At the most one ahead.
  for (const t of tiles.keys()) {
    if (t + 2 < tiles.length) expect(log.indexOf(`got ${t}`)).toBeLessThan(log.indexOf(`asked ${t + 2}`));
  }
  expect(log).toContain('closed');
});

test('a finished tile is given out while the next is waited for: two processes may wait for each other', async () => {
  const gpu = await testGpu();
  let release = (): void => undefined;
  const gotFirst = new Promise<void>((resolve) => (release = resolve));
  async function* waiting(): AsyncGenerator<Tile> {
    yield tiles[0];
    await gotFirst;
    yield tiles[1];
  }
  const found: number[] = [];
  for await (const { tile } of computeTiles(gpu, waiting(), options)) {
    found.push(tiles.indexOf(tile));
    release();
  }
  expect(found).toEqual([0, 1]);
});

test('a consumer that goes away ends the tile ahead, and the device serves the next run', async () => {
  const gpu = await testGpu();
  const log: string[] = [];
  for await (const { tile } of computeTiles(gpu, given(log), options)) {
    expect(tile).toBe(tiles[0]);
    break;
  }
  await sleep(0);
  expect(log.at(-1)).toBe('closed');
  expect(log).not.toContain('asked 3');
  expect((await computeGram(gpu, { images, kernels })).matrices[0].every(Number.isFinite)).toBe(true);
});

test('no tile, one tile', async () => {
  const gpu = await testGpu();
  for (const count of [0, 1]) {
    const found: Tile[] = [];
    const list = tiles.slice(0, count);
    for await (const { tile } of computeTiles(gpu, given([], list), options)) found.push(tile);
    expect(found).toEqual(list);
  }
});

test('a source that fails, and an interruption, end it with their own reason', async () => {
  const gpu = await testGpu();
  async function* failing(): AsyncGenerator<Tile> {
    yield await Promise.resolve(tiles[0]);
    throw new Error('no more');
  }
  const consume = async (source: AsyncIterable<Tile>, signal?: AbortSignal) => {
    for await (const { tile } of computeTiles(gpu, source, { ...options, signal }))
      expect(tiles).toContain(tile);
  };
  await expect(consume(failing())).rejects.toThrow('no more');
  const controller = new AbortController();
  async function* interrupted(): AsyncGenerator<Tile> {
    yield await Promise.resolve(tiles[0]);
    controller.abort(new Error('enough'));
    yield* tiles.slice(1);
  }
  await expect(consume(interrupted(), controller.signal)).rejects.toThrow('enough');
});
