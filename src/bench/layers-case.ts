import * as input from '../../shaders/layer_input.js';
import * as patch from '../../shaders/layer_patch.js';
import * as relu from '../../shaders/layer_relu.js';
import { BufferScope } from '../gpu/buffers.js';
import type { Gpu } from '../gpu/gpu.js';
import type { Program } from '../gpu/program.js';
import { Recording } from '../gpu/recording.js';
import type { ImageShape, ImageStack } from '../images/images.js';
import { layerGain, type Pass } from '../kernel/passes.js';
import { dispatchTimer, largestError, type BenchCase } from './measure.js';
import {
  describeNetwork,
  evenly,
  mirrorFields,
  mirrorSums,
  networkImages,
  passOf,
  type BenchNetwork,
} from './network.js';
import { PLANE_TOLERANCE } from './plane-cases.js';
import { LAYERS_COST } from './shader-costs.js';

/** Planes that are compared with the mirror. */
const VALIDATED_PLANES = 32;

/**
 * The recursion as the published GPU code runs it (Arora et al., github.com/ruosongwang/CNTK): Σ and Θ of one pair as
 * whole float32 tensors in global memory, one dispatch per step and layer, one element per invocation.
 */
export function layersCase(options: Omit<BenchNetwork, 'readout'> & { readonly name: string }): BenchCase {
  const network: BenchNetwork = { ...options, readout: 'gap' };
  return {
    name: options.name,
    description: describeNetwork(network),
    unit: 'element-layers/s',
    cost: LAYERS_COST,
    async prepare(gpu) {
      const images = networkImages(network, 2);
      const pass = passOf(network);
      const layers = await LayerByLayer.create(gpu, images, pass);
      const pixels = images.height * images.width;
      return {
        work: pass.planes.length * pixels * pass.layers,
        compileMs: layers.compileMs,
        ...dispatchTimer(gpu, (recording) => void layers.record(recording)),
        async validate(signal) {
          const recording = new Recording(gpu);
          const { sigma, theta } = layers.record(recording);
          const { data } = await recording.read(sigma).read(theta).submit();
          const tensors = data.map((tensor) => new Float32Array(tensor));
          const some = evenly(pass.planes.length, VALIDATED_PLANES);
          const computed = some.flatMap((plane) => tensors.map((tensor) => gapSum(tensor, plane, pixels)));
          const planes = some.map((plane) => pass.planes[plane]);
          return {
            error: largestError(computed, await mirrorSums(images, pass, planes, signal)),
            tolerance: PLANE_TOLERANCE,
            against: 'the float64 mirror of the fused kernel',
          };
        },
        [Symbol.dispose]: () => layers[Symbol.dispose](),
      };
    },
  };
}

/** Σ and Θ of one pair: [planes][H][W] f32 each. */
interface Tensors {
  readonly sigma: GPUBuffer;
  readonly theta: GPUBuffer;
}

/** The pair of images 0 and 1. */
class LayerByLayer implements Disposable {
  private constructor(
    private readonly shape: ImageShape,
    private readonly pass: Pass,
    private readonly programs: Readonly<Record<'input' | 'relu' | 'patch', Program>>,
    private readonly scope: BufferScope,
    private readonly read: Readonly<Record<'x_fields' | 'z_fields' | 'planes', GPUBuffer>>,
    /** The convolution reads one and writes the other. */
    private readonly tensors: readonly [Tensors, Tensors],
  ) {}

  static async create(gpu: Gpu, images: ImageStack, pass: Pass): Promise<LayerByLayer> {
    const { height, width } = images;
    const shape = { HEIGHT: height, WIDTH: width };
    const programs = {
      input: await gpu.program(input.contract, shape),
      relu: await gpu.program(relu.contract, { ...shape, GAIN: layerGain(images) }),
      patch: await gpu.program(patch.contract, shape),
    };
    const scope = new BufferScope(gpu.device);
    const fields = (image: number) => Float32Array.from(mirrorFields(images, pass, image));
    const read = {
      x_fields: scope.upload('x_fields', fields(0)),
      z_fields: scope.upload('z_fields', fields(1)),
      planes: scope.upload('planes', Uint32Array.from(pass.planes.flat())),
    };
    const sizeBytes = 4 * pass.planes.length * height * width;
    const tensors = (): Tensors => ({
      sigma: scope.storage('sigma', sizeBytes),
      theta: scope.storage('theta', sizeBytes),
    });
    return new LayerByLayer(images, pass, programs, scope, read, [tensors(), tensors()]);
  }

  get compileMs(): number {
    return Object.values(this.programs).reduce((sum, { compileMs }) => sum + compileMs, 0);
  }

  /** @returns where K and U of the last layer stand then. */
  record(recording: Recording): Tensors {
    const { programs, pass, read } = this;
    const { channels, height, width } = this.shape;
    const { layers, theta0 } = pass;
    const planes = pass.planes.length;
    const elements: [number, number] = [Math.ceil((height * width) / 64), planes];
    let [now, next] = this.tensors;
    const convolve = () => {
      const buffers = {
        planes: read.planes,
        sigma_in: now.sigma,
        theta_in: now.theta,
        sigma_out: next.sigma,
        theta_out: next.theta,
      };
      recording.add(programs.patch, buffers, elements, { planes });
      [now, next] = [next, now];
    };

    recording.add(programs.input, { ...read, ...now }, elements, { planes, channels, theta0 });
    for (let layer = 0; layer < layers; layer++) {
      convolve();
      recording.add(programs.relu, { ...read, ...now }, elements, {
        same: 0,
        planes,
        field: channels + layer,
        keep: layer + 1 === layers ? 0 : 1,
      });
    }
    return now;
  }

  [Symbol.dispose](): void {
    this.scope.dispose();
  }
}

/** Sum over one plane, each element with the weight H·W that the gap read-out gives it. */
function gapSum(tensor: Float32Array, plane: number, pixels: number): number {
  return tensor
    .subarray(plane * pixels, (plane + 1) * pixels)
    .reduce((sum, value) => sum + pixels * value, 0);
}
