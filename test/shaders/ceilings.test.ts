// Each shader that measures a ceiling = its float64 mirror: in no round, one, and several, in the first and the last
// workgroup; planted faults, among them work left out, are seen; and more rounds take more time, so that no compiler
// has left any out.
import type { ParameterValues, ShaderContract } from '../../shaders/contract.js';
import * as fma from '../../shaders/ceiling_fma.js';
import * as globalMemory from '../../shaders/ceiling_global.js';
import * as roots from '../../shaders/ceiling_roots.js';
import * as shuffle from '../../shaders/ceiling_shuffle.js';
import * as workgroup from '../../shaders/ceiling_workgroup.js';
import { chainStart, LANES } from '../../shaders/shared/chains.js';
import { BufferScope } from '../../src/gpu/buffers.js';
import { Recording } from '../../src/gpu/recording.js';
import type { Constants } from '../../src/gpu/shader-source.js';
import { testGpu } from '../support/gpu.js';
import { plantedFault } from '../support/planted-fault.js';
import { poisoned, randomNumbers, runShader, worstError } from '../support/run-shader.js';

const TOLERANCE = 5e-6;
const WORKGROUPS = 3;
const B = 0.5;
const A = 0.75;

interface Chain {
  readonly contract: ShaderContract;
  readonly mirror: (rounds: number, laneCount: number) => Float64Array;
  readonly params?: ParameterValues;
  readonly fault: readonly [string, string];
}

const CHAINS: Record<string, Chain> = {
  fma: {
    contract: fma.contract,
    mirror: (rounds) => fma.mirror({ rounds, a: A, b: B }),
    params: { a: A },
    fault: ['y = fma(vec4f(params.a), y, vec4f(params.b));', ''],
  },
  roots: {
    contract: roots.contract,
    mirror: (rounds) => roots.mirror({ rounds, b: B }),
    fault: ['sqrt(1.0 / x + params.b)', '(1.0 / x + params.b)'],
  },
  shuffle: {
    contract: shuffle.contract,
    mirror: (rounds, laneCount) => shuffle.mirror({ rounds, b: B, laneCount }),
    fault: ['lane % LANE_COUNT > 0', 'lane % LANE_COUNT > 1'],
  },
  workgroup: {
    contract: workgroup.contract,
    mirror: (rounds) => workgroup.mirror({ rounds, b: B }),
    fault: ['(first + 1) % SIZE', 'first % SIZE'],
  },
};

async function compare(name: string, rounds: number, contract = CHAINS[name].contract) {
  const gpu = await testGpu();
  const laneCount = Math.min(gpu.subgroupSize, LANES);
  if (name === 'shuffle' && laneCount === 0) return undefined; // no subgroups on this device
  const constants: Constants = name === 'shuffle' ? { LANE_COUNT: laneCount } : {};
  const { results } = await runShader(gpu, contract, {
    constants,
    buffers: { results: poisoned(WORKGROUPS * LANES * 4) },
    params: { rounds, b: B, ...CHAINS[name].params },
    workgroups: [WORKGROUPS],
  });
  const one = CHAINS[name].mirror(rounds, laneCount);
  const expected = Float64Array.from({ length: results.length }, (_, i) => one[i % one.length]);
  return worstError(results, expected, 1e-3);
}

describe.each(Object.keys(CHAINS))('ceiling_%s', (name) => {
  test.each([0, 1, 2, 33])('%i rounds: as the mirror', async (rounds) => {
    const error = await compare(name, rounds);
    if (error !== undefined) expect(error <= TOLERANCE).toBe(true);
  });

  test('a planted fault is seen', async () => {
    const { contract, fault } = CHAINS[name];
    const error = await compare(name, 1, plantedFault(contract, 'fault', ...fault));
    if (error !== undefined) expect(error <= TOLERANCE).toBe(false);
  });
});

test('lanes, chains and components start differently', () => {
  const starts = [0, 1].flatMap((chain) =>
    Array.from({ length: 4 * LANES }, (_, at) => chainStart(at >> 2, chain, at % 4)),
  );
  expect(new Set(starts.map((start, at) => `${at % 4} ${start}`)).size).toBe(starts.length);
});

describe('ceiling_global', () => {
  async function worst(count: number, stride: number, source = globalMemory.contract) {
    const gpu = await testGpu();
    const x = randomNumbers(4 * count, 3);
    const { y } = await runShader(gpu, source, {
      buffers: { x, y: poisoned(4 * count) },
      params: { count, stride, a: A, b: B },
      workgroups: [Math.ceil(stride / 64)],
    });
    return worstError(y, globalMemory.mirror(x, { a: A, b: B }), 1e-2);
  }

  test.each([
    [1, 64],
    [63, 64],
    [64, 64],
    [65, 64],
    [1000, 128],
  ])('%i vec4s by %i invocations: as the mirror', async (count, stride) => {
    expect((await worst(count, stride)) <= TOLERANCE).toBe(true);
  });

  test('an array that is not written to its end is seen', async () => {
    const [text, replacement] = ['i < params.count', 'i < params.count - 1'];
    const contract = plantedFault(globalMemory.contract, 'fault', text, replacement);
    expect((await worst(65, 64, contract)) <= TOLERANCE).toBe(false);
  });
});

test.each(Object.keys(CHAINS))('ceiling_%s: 16 times the rounds take over 4 times as long', async (name) => {
  const gpu = await testGpu();
  const laneCount = Math.min(gpu.subgroupSize, LANES);
  if (name === 'shuffle' && laneCount === 0) return;
  const { contract, params } = CHAINS[name];
  const program = await gpu.program(contract, name === 'shuffle' ? { LANE_COUNT: laneCount } : {});
  const workgroups = gpu.description.software ? 256 : 4096;
  using scope = new BufferScope(gpu.device);
  const results = scope.storage('results', 16 * LANES * workgroups);
  const shortestMs = async (rounds: number) => {
    const times: number[] = [];
    for (let i = 0; i < 5; i++) {
      const recording = new Recording(gpu).add(program, { results }, [workgroups], {
        rounds,
        b: B,
        ...params,
      });
      const started = performance.now();
      const { gpuNs } = await recording.submit({ timed: true });
      times.push(gpuNs === undefined ? performance.now() - started : gpuNs / 1e6);
    }
    return Math.min(...times);
  };
  const few = await shortestMs(128);
  expect((await shortestMs(2048)) > 4 * few).toBe(true);
});
