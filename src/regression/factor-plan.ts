import { TILE } from '../../shaders/shared/lines.js';
import type { Gpu } from '../gpu/gpu.js';
import { assertCount, assertKeys, assertRunOptions } from '../checks/arguments.js';
import { assertPlanDevice } from '../gpu/plan-device.js';
import { MatrixTooLargeError } from './errors.js';

/** Rows of a diagonal block: 8 KiB of workgroup memory. */
export const BLOCK = 64;

/** Columns whose products an update sums before it touches the matrix again. */
export const DEEPEST = 256;

/** How a matrix is factored within the memory of a device. */
export interface FactorPlan {
  readonly n: number;
  /** n rounded up to whole tiles: no shader meets a ragged edge but the last block. */
  readonly rows: number;
  /** Columns of a panel, a multiple of BLOCK; `rows` when all of the matrix is on the device. */
  readonly width: number;
  readonly panels: number;
  /** Most columns of the factor that an update takes at a time. */
  readonly depth: number;
  /** Panel, and two sets of lines while panels stream. */
  readonly deviceBytes: number;
  /** The bytes of the factor outside the device: Σ over panels of 4·rows·width; 0 when it stays on the device. */
  readonly storeBytes: number;
  /**
   * Between host and device. Every panel goes up once and comes back once, and panel K goes up again, transposed, for
   * each panel J > K, from row J·width on: 2·storeBytes + 4·width·Σ_J J·(rows − J·width), about 4·n³/(6·width) in all.
   */
  readonly movedBytes: number;
  /** n³/3. */
  readonly flops: number;
}

export interface FactorPlanOptions {
  /** Most bytes of device memory; what the device binds, if absent. */
  readonly memoryBytes?: number;
}

/** @throws MatrixTooLargeError if not even panels of BLOCK columns fit; ArgumentError */
export function planFactorization(
  device: Pick<Gpu, 'limits'>,
  n: number,
  options: FactorPlanOptions = {},
): FactorPlan {
  assertPlanDevice(device);
  assertKeys('planFactorization', options, ['memoryBytes'] satisfies (keyof FactorPlanOptions)[]);
  assertRunOptions('planFactorization', options);
  const { limits } = device;
  const { memoryBytes = Infinity } = options;
  assertCount('n, the rows of the matrix,', n);
  const rows = TILE * Math.ceil(n / TILE);
  const bindingBytes = Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize);
  const depth = Math.min(DEEPEST, rows);
  const flops = n ** 3 / 3;
  if (4 * rows * rows <= bindingBytes && 4 * rows * (rows + depth) <= memoryBytes) {
    const deviceBytes = 4 * rows * (rows + depth);
    return {
      n,
      rows,
      width: rows,
      panels: 1,
      depth,
      deviceBytes,
      storeBytes: 0,
      movedBytes: 2 * n * n,
      flops,
    };
  }
  // Columns of all rows that fit: a panel, and two sets of lines of at most a quarter each.
  const columns = Math.floor(memoryBytes / (4 * rows));
  const lines = Math.max(BLOCK, Math.min(DEEPEST, BLOCK * Math.floor(columns / 4 / BLOCK)));
  const widest = Math.min(columns - 2 * lines, Math.floor(bindingBytes / (4 * rows)), rows - 1);
  const width = BLOCK * Math.floor(widest / BLOCK);
  if (!(width >= BLOCK)) {
    throw new MatrixTooLargeError(n, 4 * rows * 3 * BLOCK, Math.min(memoryBytes, bindingBytes));
  }
  const panels = Math.ceil(rows / width);
  let storeBytes = 0;
  let streamedBytes = 0;
  for (let j = 0; j < panels; j++) {
    const below = rows - j * width;
    storeBytes += 4 * below * Math.min(width, below);
    streamedBytes += 4 * below * j * width;
  }
  const deviceBytes = 4 * rows * (width + 2 * lines);
  return {
    n,
    rows,
    width,
    panels,
    depth: lines,
    deviceBytes,
    storeBytes,
    movedBytes: 2 * storeBytes + streamedBytes,
    flops,
  };
}
