import type { ParameterValues, ShaderContract } from '../../shaders/contract.js';
import * as diagonal from '../../shaders/cholesky_diagonal.js';
import * as panel from '../../shaders/cholesky_panel.js';
import * as update from '../../shaders/cholesky_update.js';
import { TILE } from '../../shaders/shared/lines.js';
import { BufferScope } from '../../src/gpu/buffers.js';
import { Recording } from '../../src/gpu/recording.js';
import { testGpu } from '../support/gpu.js';

/** Unit round-off of float32. */
export const U = 2 ** -24;

/** Uniform numbers in [−1, 1), the same for the same seed, exactly representable in float32. */
export function randomNumbers(seed: number): () => number {
  let state = (seed * 0x9e3779b1 + 1) | 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return Math.fround((state >> 8) / 2 ** 23);
  };
}

/** B Bᵀ / n + I rounded to float32: condition about 5. → [n][n]. */
export function wellConditioned(n: number, seed: number): Float32Array {
  const random = randomNumbers(seed);
  const b = Float64Array.from({ length: n * n }, random);
  const a = new Float32Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = i === j ? n : 0;
      for (let t = 0; t < n; t++) sum += b[i * n + t] * b[j * n + t];
      a[i * n + j] = a[j * n + i] = sum / n;
    }
  }
  return a;
}

/** An array full of NaN: what a shader must not read, and must not write outside its range. */
export const poisoned = (length: number) => new Float32Array(length).fill(NaN);

/** One dispatch; every buffer comes back, also those that the shader only reads. */
export async function dispatch<Name extends string>(
  contract: ShaderContract,
  constants: Record<string, number>,
  buffers: Record<Name, Float32Array>,
  workgroups: readonly [number, number?, number?],
  params: ParameterValues,
): Promise<Record<Name, Float32Array>> {
  const gpu = await testGpu();
  const program = await gpu.program(contract, constants);
  using scope = new BufferScope(gpu.device);
  const names = Object.keys(buffers) as Name[];
  const bound = Object.fromEntries(names.map((name) => [name, scope.upload(name, buffers[name])]));
  const recording = new Recording(gpu).add(program, bound, workgroups, params);
  for (const name of names) recording.read(bound[name]);
  const { data } = await recording.submit();
  return Object.fromEntries(names.map((name, i) => [name, new Float32Array(data[i])])) as Record<
    Name,
    Float32Array
  >;
}

/**
 * The first element in which a device array differs from its mirror by more than `tolerance`·max(1, |expected|), in
 * words; undefined if none does. NaN must stand exactly where it is expected: there the poison was left alone.
 */
export function mismatch(
  actual: Float32Array,
  expected: Float64Array,
  tolerance: number,
): string | undefined {
  if (actual.length !== expected.length) return `lengths ${actual.length} and ${expected.length}`;
  for (let i = 0; i < actual.length; i++) {
    const same = Number.isNaN(expected[i])
      ? Number.isNaN(actual[i])
      : Math.abs(actual[i] - expected[i]) <= tolerance * Math.max(1, Math.abs(expected[i]));
    if (!same) return `element ${i} is ${actual[i]}, expected ${expected[i]}`;
  }
  return undefined;
}

/** The blocked factorisation composed of the mirrors. matrix [n][n] → factor [stride][stride], lower triangle. */
export function factorByMirrors(
  matrix: ArrayLike<number>,
  n: number,
  block: number,
): { factor: Float64Array; stride: number; pivots: Float64Array } {
  const stride = TILE * Math.ceil(n / TILE);
  const factor = new Float64Array(stride * stride);
  for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) factor[i * stride + j] = matrix[i * n + j];
  const lines = new Float64Array(block * stride);
  const pivots = new Float64Array(stride);
  for (let begin = 0; begin < n; begin += block) {
    diagonal.mirror({ matrix: factor, pivots, begin, size: Math.min(block, n - begin), stride });
    if (begin + block >= n) break;
    const shape = { rows: stride, stride, lines: block };
    panel.mirror({ matrix: factor, panel: lines, begin, ...shape, line: 0, block });
    update.mirror({
      panel: lines,
      matrix: factor,
      begin: begin + block,
      end: stride,
      ...shape,
      depth: block,
    });
  }
  return { factor, stride, pivots };
}
