import type { ParameterValues, ShaderContract } from '../../shaders/contract.js';
import { TEXELS } from '../../shaders/shared/sampled_fields.js';
import { BufferScope } from '../../src/gpu/buffers.js';
import type { Gpu } from '../../src/gpu/gpu.js';
import { Recording } from '../../src/gpu/recording.js';
import type { Constants } from '../../src/gpu/shader-source.js';

export interface ShaderRun {
  readonly constants?: Constants;
  /** Contents by binding name; an output starts as what stands here, so poison it. */
  readonly buffers: Readonly<Record<string, Float32Array | Int32Array | Uint32Array>>;
  readonly params?: ParameterValues;
  readonly workgroups: readonly [number, number?, number?];
}

/** Runs one dispatch and returns every writable buffer as float32. */
export async function runShader(
  gpu: Gpu,
  contract: ShaderContract,
  { constants, buffers, params, workgroups }: ShaderRun,
): Promise<Record<string, Float32Array>> {
  const program = await gpu.program(contract, constants);
  using scope = new BufferScope(gpu.device);
  const bound = Object.fromEntries(
    Object.entries(buffers).map(([name, data]) => [name, scope.upload(name, data)]),
  );
  const texels = contract.bindings.filter(({ access }) => access === 'sampled');
  const textures = Object.fromEntries(
    texels.map(({ name }) => [name, scope.texture(name, bound[name], TEXELS)]),
  );
  const copies = new Recording(gpu);
  for (const { name } of texels) copies.copy(bound[name], textures[name]);
  await copies.submit();
  const recording = new Recording(gpu).add(program, { ...bound, ...textures }, workgroups, params);
  const outputs = contract.bindings.filter(({ access }) => access === 'read_write');
  for (const { name } of outputs) recording.read(bound[name]);
  const { data } = await recording.submit();
  return Object.fromEntries(outputs.map(({ name }, index) => [name, new Float32Array(data[index])]));
}

/** An output buffer in which every element that is not written stays visible. */
export function poisoned(length: number): Float32Array {
  return new Float32Array(length).fill(NaN);
}

/** Largest |computed − expected| / max(|expected|, floor); NaN if either is NaN anywhere: compare with !(error <= …). */
export function worstError(computed: ArrayLike<number>, expected: ArrayLike<number>, floor = 0): number {
  if (computed.length !== expected.length) {
    throw new Error(`${computed.length} values were computed, ${expected.length} are expected`);
  }
  let worst = 0;
  for (let e = 0; e < expected.length; e++) {
    const error =
      computed[e] === expected[e]
        ? 0
        : Math.abs(computed[e] - expected[e]) / Math.max(Math.abs(expected[e]), floor);
    if (!(error <= worst)) worst = error;
    if (Number.isNaN(worst)) return worst;
  }
  return worst;
}

/** Uniform numbers in [−0.5, 0.5) from a fixed seed (a 32-bit linear congruence, Numerical Recipes). */
export function randomNumbers(count: number, seed = 1): Float32Array {
  let state = seed >>> 0;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32 - 0.5;
  });
}
