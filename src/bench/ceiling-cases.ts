import * as fma from '../../shaders/ceiling_fma.js';
import * as globalMemory from '../../shaders/ceiling_global.js';
import * as roots from '../../shaders/ceiling_roots.js';
import * as shuffle from '../../shaders/ceiling_shuffle.js';
import * as workgroup from '../../shaders/ceiling_workgroup.js';
import type { ParameterValues, ShaderContract } from '../../shaders/contract.js';
import { LANES } from '../../shaders/shared/chains.js';
import { BufferScope } from '../gpu/buffers.js';
import type { Gpu } from '../gpu/gpu.js';
import { Recording } from '../gpu/recording.js';
import type { Constants } from '../gpu/shader-source.js';
import { RESOURCE_UNITS, type Resource } from './cost.js';
import { dispatchTimer, largestError, type BenchCase } from './measure.js';
import { randomNumbers } from '../statistics/random.js';

export interface CeilingCase extends BenchCase {
  readonly resource: Resource;
}

/** One workgroup fills no adapter; this many do (a GPU of 150 processors with 32 subgroups each). */
const WORKGROUPS = { software: 256, hardware: 4096 };
const ROUNDS = 64;
/** Sums of up to 512 steps of float32. */
const TOLERANCE = 2e-5;
/** Each of two arrays: more than the caches of GPUs and most CPUs hold, less than every adapter binds. */
const GLOBAL_BYTES = 2 ** 26;
/** vec4s that one invocation moves. */
const MOVES = 16;

/** The micro-benchmarks whose rates are this adapter's ceilings. Shuffles only where it has subgroups. */
export function ceilingCases({ subgroupSize }: Gpu): CeilingCase[] {
  const laneCount = Math.min(subgroupSize, LANES);
  const [a, b, rounds] = [0.75, 0.5, ROUNDS];
  return [
    chainCase({
      resource: 'arithmetic',
      contract: fma.contract,
      amount: fma.FLOPS,
      params: { rounds, a, b },
      mirror: () => fma.mirror({ rounds, a, b }),
    }),
    chainCase({
      resource: 'roots',
      contract: roots.contract,
      amount: roots.ROOTS,
      params: { rounds, b },
      mirror: () => roots.mirror({ rounds, b }),
    }),
    ...(laneCount === 0
      ? []
      : [
          chainCase({
            resource: 'shuffles',
            contract: shuffle.contract,
            constants: { LANE_COUNT: laneCount },
            amount: shuffle.SHUFFLES,
            params: { rounds, b },
            mirror: () => shuffle.mirror({ rounds, b, laneCount }),
          }),
        ]),
    chainCase({
      resource: 'workgroup memory',
      contract: workgroup.contract,
      amount: workgroup.READ_BYTES,
      params: { rounds, b },
      mirror: () => workgroup.mirror({ rounds, b }),
    }),
    globalCase(),
  ];
}

interface Chains {
  readonly resource: Resource;
  readonly contract: ShaderContract;
  readonly constants?: Constants;
  /** Of the resource, per invocation and round. */
  readonly amount: number;
  readonly params: ParameterValues;
  /** Returns [LANES][4]. */
  readonly mirror: () => Float64Array;
}

function chainCase({ resource, contract, constants = {}, amount, params, mirror }: Chains): CeilingCase {
  return {
    name: contract.name,
    resource,
    description: contract.equation,
    unit: RESOURCE_UNITS[resource],
    async prepare(gpu) {
      const workgroups = gpu.description.software ? WORKGROUPS.software : WORKGROUPS.hardware;
      const program = await gpu.program(contract, constants);
      const scope = new BufferScope(gpu.device);
      const sizeBytes = 16 * LANES;
      const results = scope.storage('results', workgroups * sizeBytes);
      const record = (recording: Recording) => void recording.add(program, { results }, [workgroups], params);
      return {
        work: workgroups * LANES * params.rounds * amount,
        compileMs: program.compileMs,
        ...dispatchTimer(gpu, record),
        async validate() {
          const recording = new Recording(gpu);
          record(recording);
          const { data } = await recording
            .read(results, 0, sizeBytes)
            .read(results, (workgroups - 1) * sizeBytes, sizeBytes)
            .submit();
          const expected = mirror();
          const errors = data.map((part) => largestError(new Float32Array(part), expected));
          return { error: Math.max(...errors), tolerance: TOLERANCE, against: 'its float64 mirror' };
        },
        [Symbol.dispose]: () => scope.dispose(),
      };
    },
  };
}

function globalCase(): CeilingCase {
  const { contract } = globalMemory;
  const resource = 'global memory';
  return {
    name: contract.name,
    resource,
    description: `${contract.equation}, ${GLOBAL_BYTES / 2 ** 20} MiB each`,
    unit: RESOURCE_UNITS[resource],
    async prepare(gpu) {
      const count = GLOBAL_BYTES / 16;
      const stride = count / MOVES;
      const params = { count, stride, a: 0.75, b: 0.5 };
      const program = await gpu.program(contract);
      const scope = new BufferScope(gpu.device);
      const pattern = Float32Array.from({ length: 2 ** 16 }, randomNumbers(61));
      const input = new Float32Array(4 * count);
      for (let at = 0; at < input.length; at += pattern.length) input.set(pattern, at);
      const buffers = { x: scope.upload('x', input), y: scope.storage('y', GLOBAL_BYTES) };
      const record = (recording: Recording) => void recording.add(program, buffers, [stride / LANES], params);
      return {
        work: globalMemory.BYTES * count,
        compileMs: program.compileMs,
        ...dispatchTimer(gpu, record),
        async validate() {
          const recording = new Recording(gpu);
          record(recording);
          // The last moves of the last invocations.
          const last = GLOBAL_BYTES - 4 * pattern.length;
          const { data } = await recording.read(buffers.y, last).submit();
          const error = largestError(new Float32Array(data[0]), globalMemory.mirror(pattern, params));
          return { error, tolerance: TOLERANCE, against: 'its float64 mirror' };
        },
        [Symbol.dispose]: () => scope.dispose(),
      };
    },
  };
}
