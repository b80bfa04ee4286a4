import type { ParameterValues, ShaderContract } from '../../shaders/contract.js';
import { BufferScope } from '../gpu/buffers.js';
import type { Gpu } from '../gpu/gpu.js';
import { Recording } from '../gpu/recording.js';
import type { Constants } from '../gpu/shader-source.js';
import { dispatchTimer, largestError, type BenchCase } from './measure.js';

/** One dispatch that changes its buffers in place. */
export interface InPlaceDispatch {
  /** The case has the name of the shader where none is given. */
  readonly name?: string;
  readonly contract: ShaderContract;
  readonly constants: Constants;
  readonly description: string;
  readonly flops: number;
  readonly params: ParameterValues;
  readonly workgroups: readonly [number, number?];
  /** Contents of the buffers before the dispatch, by binding. */
  readonly inputs: () => Record<string, Float32Array>;
  /** The shader's mirror: changes float64 copies as the shader changes the buffers. */
  readonly mirror: (buffers: Record<string, Float64Array>) => void;
  /** What a device runs in place of `contract`: the same bindings, params and mirror. */
  readonly variant?: (gpu: Gpu) => Pick<InPlaceDispatch, 'contract' | 'constants' | 'workgroups'>;
}

/** Sums of at most 64 products of numbers below 1: about 1e-6 is seen. */
const TOLERANCE = 1e-5;

/**
 * Before each sample the buffers get their first contents again. Copies within a sample work on what the one before
 * them left: other numbers, but the same work, since nothing in these shaders takes another path for them.
 */
export function inPlaceCase(dispatch: InPlaceDispatch): BenchCase {
  const { params } = dispatch;
  return {
    name: dispatch.name ?? dispatch.contract.name,
    description: dispatch.description,
    unit: 'flop/s',
    async prepare(gpu) {
      const { contract, constants, workgroups } = dispatch.variant?.(gpu) ?? dispatch;
      const program = await gpu.program(contract, constants);
      const scope = new BufferScope(gpu.device);
      const inputs = dispatch.inputs();
      const buffers = Object.fromEntries(
        Object.entries(inputs).map(([name, data]) => [name, scope.upload(name, data)]),
      );
      const changed = contract.bindings
        .filter(({ access }) => access === 'read_write')
        .map(({ name }) => name);
      const record = (recording: Recording) => recording.add(program, buffers, workgroups, params);
      const reset = async () => {
        for (const name of changed) gpu.device.queue.writeBuffer(buffers[name], 0, inputs[name].slice());
        await new Recording(gpu).submit();
      };
      return {
        work: dispatch.flops,
        compileMs: program.compileMs,
        ...dispatchTimer(gpu, record, reset),
        async validate() {
          const expected = Object.fromEntries(
            Object.entries(inputs).map(([name, data]) => [name, Float64Array.from(data)]),
          );
          dispatch.mirror(expected);
          await reset();
          const recording = record(new Recording(gpu));
          for (const name of changed) recording.read(buffers[name]);
          const { data } = await recording.submit();
          const errors = changed.map((name, i) => largestError(new Float32Array(data[i]), expected[name]));
          return { error: Math.max(...errors), tolerance: TOLERANCE, against: 'its float64 mirror' };
        },
        [Symbol.dispose]: () => scope.dispose(),
      };
    },
  };
}
