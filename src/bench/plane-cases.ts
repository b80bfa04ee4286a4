import { BufferScope } from '../gpu/buffers.js';
import { Recording } from '../gpu/recording.js';
import { ImageFieldsCache } from '../kernel/image-fields.js';
import { planPass } from '../kernel/plan.js';
import { planeParameters, planeTables } from '../kernel/plane-dispatch.js';
import { planeCost } from './shader-costs.js';
import type { VariantName } from '../kernel/plane-variant.js';
import { dispatchTimer, largestError, type BenchCase } from './measure.js';
import { describeNetwork, evenly, mirrorSums, networkImages, passOf, type Network } from './network.js';

/** Float32 through ten layers and a sum over a plane, against float64: about 1e-6 is seen. */
export const PLANE_TOLERANCE = 1e-5;
/** Groups of planes that are compared with the mirror, which takes a millisecond for each plane of 32×32. */
const VALIDATED_GROUPS = 32;

export interface PlaneCaseOptions extends Network {
  readonly name: string;
  /** Different images, and pairs of them in one dispatch. */
  readonly images: number;
  readonly pairs: number;
  /** By default the one that the plan takes on this device. */
  readonly variant?: VariantName;
}

/** The fused plane kernel of the engine, with the constants that its plan takes on this device. */
export function planesCase(options: PlaneCaseOptions): BenchCase {
  const { shape, images: count, pairs, variant = 'auto' } = options;
  const network = describeNetwork(options);
  return {
    name: options.name,
    description: variant === 'auto' ? network : `${network}, ${variant}`,
    unit: 'element-layers/s',
    async prepare(gpu) {
      const images = networkImages(options, count);
      const pass = passOf(options);
      const plan = planPass(pass, shape, { rows: count, columns: count, symmetric: false }, gpu, { variant });
      const { groups, planesPerGroup, workgroups } = plan;
      const program = await gpu.program(plan.planeContract, plan.planeConstants);
      const cache = new ImageFieldsCache(gpu, plan);
      const scope = new BufferScope(gpu.device);
      const fields = await cache.block('images', images, 0, count);
      const partialSums = scope.storage('partial_sums', 8 * pairs * groups * pass.taps);
      const buffers = {
        x_fields: fields.xFields,
        z_fields: fields.zFields,
        pairs: scope.upload('pairs', Uint32Array.from(pairEntries(pairs, count))),
        ...planeTables(scope, pass),
        partial_sums: partialSums,
      };
      const globalBytes = Object.values(buffers).reduce((sum, { size }) => sum + size, 0);
      const record = (recording: Recording) =>
        void recording.add(program, buffers, [workgroups, pairs], planeParameters(plan));
      return {
        work: pairs * plan.elementLayersPerPair,
        cost: planeCost(plan, globalBytes / (pairs * plan.elementLayersPerPair)),
        compileMs: program.compileMs,
        ...dispatchTimer(gpu, record),
        async validate() {
          const recording = new Recording(gpu);
          record(recording);
          const { data } = await recording.read(partialSums, 0, 8 * groups * pass.taps).submit();
          const sums = new Float32Array(data[0]);
          const some = evenly(groups, VALIDATED_GROUPS);
          const floats = 2 * pass.taps;
          const computed = some.flatMap((group) => [...sums.subarray(group * floats, (group + 1) * floats)]);
          const planes = some.flatMap((group) =>
            pass.planes.slice(group * planesPerGroup, (group + 1) * planesPerGroup),
          );
          return {
            error: largestError(computed, mirrorSums(images, pass, planes, planesPerGroup)),
            tolerance: PLANE_TOLERANCE,
            against: 'its float64 mirror',
          };
        },
        [Symbol.dispose]: () => {
          scope.dispose();
          cache[Symbol.dispose]();
        },
      };
    },
  };
}

/** x, z, same of (0, 1), (1, 2), … and so on through all displacements of the index. */
function pairEntries(pairs: number, images: number): number[] {
  return Array.from({ length: pairs }, (_, i) => {
    const x = i % images;
    const z = (x + 1 + Math.floor(i / images)) % images;
    return [x, z, x === z ? 1 : 0];
  }).flat();
}
