import * as input from '../../../shaders/layer_input.js';
import * as patch from '../../../shaders/layer_patch.js';
import * as relu from '../../../shaders/layer_relu.js';
import type { Gpu } from '../../gpu/gpu.js';
import type { Program } from '../../gpu/program.js';
import { Recording } from '../../gpu/recording.js';
import { dispatchTimer, largestError, type BenchCase } from './measure.js';
import { describeNetwork, PLANE_TOLERANCE, VALIDATED_GROUPS, type PlaneCaseOptions } from './plane-cases.js';
import { PlaneSetup } from './plane-setup.js';

/**
 * Rows that an invocation of the convolution step walks down: few where lanes are many. On lavapipe 16 is 15 % faster
 * than 8, and 32 no faster.
 */
const ROWS = { software: 16, hardware: 4 };

/**
 * The recursion as the published GPU code runs it: Σ and Θ of one pair as whole tensors in global memory, one dispatch
 * per step and layer. Arora et al.'s code (github.com/ruosongwang/CNTK) keeps the same tensors and the same steps.
 */
export function layersCase(options: Omit<PlaneCaseOptions, 'images' | 'pairs' | 'readout'>): BenchCase {
  const { name, shape, depth } = options;
  return {
    name,
    description: describeNetwork({ ...options, readout: 'gap' }),
    unit: 'element-layers/s',
    async prepare(gpu) {
      const setup = await PlaneSetup.create(gpu, shape, { depth, readout: 'gap', count: 2 });
      const network = await LayerByLayer.create(gpu, setup);
      return {
        work: setup.plan.elementLayersPerPair,
        compileMs: network.compileMs,
        ...dispatchTimer(gpu, (recording) => void network.record(recording)),
        async validate() {
          const recording = new Recording(gpu);
          const { sigma, theta } = network.record(recording);
          const { data } = await recording.read(sigma).read(theta).submit();
          const tensors = data.map((tensor) => new Float32Array(tensor));
          const some = setup.someGroups(VALIDATED_GROUPS);
          const computed = some.flatMap((group) => tensors.map((tensor) => gapSum(setup, tensor, group)));
          return {
            error: largestError(computed, setup.expectedSums(0, 1, some)),
            tolerance: PLANE_TOLERANCE,
            against: 'the float64 mirror of the fused kernel',
          };
        },
        [Symbol.dispose]: () => setup[Symbol.dispose](),
      };
    },
  };
}

/** Σ and Θ of one pair, in float32: [planes][H][Q] vec4f each. */
interface Tensors {
  readonly sigma: GPUBuffer;
  readonly theta: GPUBuffer;
}

class LayerByLayer {
  private constructor(
    private readonly setup: PlaneSetup,
    private readonly programs: Readonly<Record<'input' | 'relu' | 'patch', Program>>,
    private readonly rows: number,
    private readonly planes: GPUBuffer,
    /** The convolution reads one and writes the other. */
    private readonly tensors: readonly [Tensors, Tensors],
  ) {}

  static async create(gpu: Gpu, setup: PlaneSetup): Promise<LayerByLayer> {
    const { plan, scope } = setup;
    const { HEIGHT, WIDTH, SHIFTS, GAIN } = plan.planeConstants;
    const rows = gpu.description.software ? ROWS.software : ROWS.hardware;
    const programs = {
      input: await gpu.program(input.contract, { HEIGHT, WIDTH, SHIFTS }),
      relu: await gpu.program(relu.contract, { HEIGHT, WIDTH, SHIFTS, GAIN }),
      patch: await gpu.program(patch.contract, { HEIGHT, WIDTH, ROWS: rows }),
    };
    const sizeBytes = 16 * plan.pass.planes.length * HEIGHT * Math.ceil(WIDTH / 4);
    const tensors = (): Tensors => ({
      sigma: scope.storage('sigma', sizeBytes),
      theta: scope.storage('theta', sizeBytes),
    });
    const planes = scope.upload('planes', Uint32Array.from(plan.pass.planes.flat()));
    return new LayerByLayer(setup, programs, rows, planes, [tensors(), tensors()]);
  }

  get compileMs(): number {
    const { input: first, relu: second, patch: third } = this.programs;
    return first.compileMs + second.compileMs + third.compileMs;
  }

  /** The pair of images 0 and 1. @returns where K and U of the last layer stand then. */
  record(recording: Recording): Tensors {
    const { programs, setup } = this;
    const { plan, fields } = setup;
    const { pass, channels } = plan;
    const { HEIGHT, WIDTH } = plan.planeConstants;
    const planes = pass.planes.length;
    const quads = Math.ceil(WIDTH / 4);
    const perPlane: [number, number] = [Math.ceil((HEIGHT * quads) / 64), planes];
    const strips = Math.ceil((planes * Math.ceil(HEIGHT / this.rows) * quads) / 64);
    const pair = { x: 0, z: 1, planes };
    const read = { x_fields: fields.xFields, z_fields: fields.zFields, planes: this.planes };
    let [now, next] = this.tensors;
    const convolve = () => {
      const buffers = {
        planes: this.planes,
        sigma_in: now.sigma,
        theta_in: now.theta,
        sigma_out: next.sigma,
        theta_out: next.theta,
      };
      recording.add(programs.patch, buffers, [strips], { planes });
      [now, next] = [next, now];
    };

    const { layers, theta0 } = pass;
    recording.add(programs.input, { ...read, ...now }, perPlane, { ...pair, channels, layers, theta0 });
    convolve();
    for (let layer = 0; layer < layers; layer++) {
      const last = layer + 1 === layers;
      recording.add(programs.relu, { ...read, ...now }, perPlane, {
        ...pair,
        same: 0,
        field: channels + layer,
        fields: channels + layers,
        keep: last ? 0 : 1,
      });
      if (!last) convolve();
    }
    return now;
  }
}

/** Σ of one group of planes, each element with the weight H·W that the gap read-out gives it. */
function gapSum({ plan }: PlaneSetup, tensor: Float32Array, group: number): number {
  const { HEIGHT, WIDTH, PLANES } = plan.planeConstants;
  const planeFloats = HEIGHT * 4 * Math.ceil(WIDTH / 4);
  const begin = group * PLANES * planeFloats;
  return tensor
    .subarray(begin, begin + PLANES * planeFloats)
    .reduce((sum, value) => sum + HEIGHT * WIDTH * value, 0);
}
