import { layerGain } from '../../kernel/passes.js';
import { callTimer, largestError, type BenchCase } from '../measure.js';
import {
  describeNetwork,
  evenly,
  mirrorFields,
  mirrorSums,
  networkImages,
  passOf,
  type BenchNetwork,
} from '../network.js';
import { PLANE_TOLERANCE } from '../plane-cases.js';
import { PlanePool } from './plane-pool.js';

export interface CpuPlanesOptions extends Omit<BenchNetwork, 'readout'> {
  readonly name: string;
  /** How many planes of one pair are computed; at most all of them. */
  readonly planes: number;
}

/** Planes that are compared with the mirror. */
const VALIDATED_PLANES = 32;

/** What this machine could do without a GPU: the plane kernel in JavaScript, in threads. The device is not used. */
export function cpuPlanesCase(options: CpuPlanesOptions): BenchCase {
  const network: BenchNetwork = { ...options, readout: 'gap' };
  const description = describeNetwork(network);
  return {
    name: options.name,
    description,
    unit: 'element-layers/s',
    prepare() {
      const images = networkImages(network, 2);
      const pass = passOf(network);
      const { channels, height, width } = images;
      const planes = evenly(pass.planes.length, options.planes).map((plane) => pass.planes[plane]);
      const pool = new PlanePool();
      const input = {
        x: Float32Array.from(mirrorFields(images, pass, 0)),
        z: Float32Array.from(mirrorFields(images, pass, 1)),
        planes,
        channels,
        layers: pass.layers,
        height,
        width,
        gain: layerGain(images),
        theta0: pass.theta0,
      };
      return Promise.resolve({
        work: planes.length * height * width * pass.layers,
        compileMs: undefined,
        description: `${description}, JavaScript in ${pool.threads} threads`,
        ...callTimer(async () => {
          await pool.sums(input);
        }),
        async validate(signal) {
          const some = evenly(planes.length, VALIDATED_PLANES).map((plane) => planes[plane]);
          const error = largestError(
            await pool.sums({ ...input, planes: some }),
            await mirrorSums(images, pass, some, signal),
          );
          return { error, tolerance: PLANE_TOLERANCE, against: 'the float64 mirror of the fused kernel' };
        },
        [Symbol.dispose]: () => pool[Symbol.dispose](),
      });
    },
  };
}
