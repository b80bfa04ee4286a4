import { contract as planesContract } from '../../../shaders/planes.js';
import { Recording } from '../../gpu/recording.js';
import type { Readout } from '../../kernel/channels.js';
import type { ImageShape } from '../../kernel/passes.js';
import { dispatchTimer, largestError, type BenchCase } from './measure.js';
import { PlaneSetup } from './plane-setup.js';

/** Float32 through ten layers and a sum over a plane, against float64: about 1e-6 is seen. */
export const PLANE_TOLERANCE = 1e-5;
/** Groups of planes that are compared with the mirror, which takes a millisecond for each plane of 32×32. */
export const VALIDATED_GROUPS = 32;

export interface PlaneCaseOptions {
  readonly name: string;
  readonly shape: ImageShape;
  readonly depth: number;
  readonly readout: Readout;
  /** Different images, and pairs of them in one dispatch. */
  readonly images: number;
  readonly pairs: number;
}

/** The fused plane kernel of the engine, with the constants that its plan takes on this device. */
export function planesCase(options: PlaneCaseOptions): BenchCase {
  const { shape, depth, readout, images, pairs } = options;
  return {
    name: options.name,
    description: describeNetwork(options),
    unit: 'element-layers/s',
    async prepare(gpu) {
      const setup = await PlaneSetup.create(gpu, shape, { depth, readout, count: images });
      const { plan, scope, fields } = setup;
      const { pass, groups } = plan;
      const program = await gpu.program(planesContract, plan.planeConstants);
      const partialSums = scope.storage('partial_sums', 8 * pairs * groups * pass.taps);
      const buffers = {
        x_fields: fields.xFields,
        z_fields: fields.zFields,
        pairs: scope.upload('pairs', Uint32Array.from(pairEntries(pairs, images))),
        planes: scope.upload('planes', Uint32Array.from(pass.planes.flat())),
        radii: scope.upload('radii', Uint32Array.from(pass.radii)),
        layer_slots: scope.upload('layer_slots', Int32Array.from(pass.layerSlots)),
        partial_sums: partialSums,
      };
      const record = (recording: Recording) =>
        void recording.add(program, buffers, [groups, pairs], {
          channels: plan.channels,
          layers: pass.layers,
          planes: pass.planes.length,
          readouts: pass.radii.length,
          taps: pass.taps,
          theta0: pass.theta0,
          first_group: 0,
          groups,
          first_pair: 0,
        });
      return {
        work: pairs * plan.elementLayersPerPair,
        compileMs: program.compileMs,
        ...dispatchTimer(gpu, record),
        async validate() {
          const recording = new Recording(gpu);
          record(recording);
          const { data } = await recording.read(partialSums).submit();
          const sums = new Float32Array(data[0]);
          const some = setup.someGroups(VALIDATED_GROUPS);
          const computed = some.flatMap((group) =>
            Array.from(sums.subarray(group * pass.taps * 2, (group + 1) * pass.taps * 2)),
          );
          return {
            error: largestError(computed, setup.expectedSums(0, 1, some)),
            tolerance: PLANE_TOLERANCE,
            against: 'its float64 mirror',
          };
        },
        [Symbol.dispose]: () => setup[Symbol.dispose](),
      };
    },
  };
}

/** `gap, depth 11, 3×32×32` */
export function describeNetwork({
  shape,
  depth,
  readout,
}: Pick<PlaneCaseOptions, 'shape' | 'depth' | 'readout'>): string {
  return `${readout}, depth ${depth}, ${shape.channels}×${shape.height}×${shape.width}`;
}

/** x, z, same of (0, 1), (1, 2), … and so on through all displacements of the index. */
function pairEntries(pairs: number, images: number): number[] {
  return Array.from({ length: pairs }, (_, i) => {
    const x = i % images;
    const z = (x + 1 + Math.floor(i / images)) % images;
    return [x, z, x === z ? 1 : 0];
  }).flat();
}
