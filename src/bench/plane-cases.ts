import { BufferScope } from '../gpu/buffers.js';
import { Recording } from '../gpu/recording.js';
import { fieldBindings, ImageFieldsCache } from '../kernel/image-fields.js';
import { planPass } from '../kernel/pass-plan.js';
import { planeDispatch, planeTables } from '../kernel/plane-dispatch.js';
import { planeCost } from './shader-costs.js';
import type { VariantName } from '../kernel/plane-variant.js';
import { dispatchTimer, largestError, type BenchCase } from './measure.js';
import { describeNetwork, evenly, mirrorSums, networkImages, passOf, type BenchNetwork } from './network.js';

/** Float32 through ten layers and a sum over a plane, against float64: about 1e-6 is seen. */
export const PLANE_TOLERANCE = 1e-5;
/** Planes that are compared with the mirror, which takes a millisecond for each plane of 32×32. */
const VALIDATED_PLANES = 32;

export interface PlaneCaseOptions extends BenchNetwork {
  readonly name: string;
  /** The pairs of one dispatch: each of the first images with those from the second on. */
  readonly rows: number;
  readonly columns: number;
  /** The variant that is timed; by default the one that the plan takes on this device. */
  readonly variant?: VariantName;
}

/** The fused plane kernel of the engine, with the constants that its plan takes on this device. */
export function planesCase(options: PlaneCaseOptions): BenchCase {
  const { shape, rows, columns, variant = 'auto' } = options;
  const pairs = rows * columns;
  const count = Math.max(rows, columns + 1);
  const network = describeNetwork(options);
  return {
    name: options.name,
    description: variant === 'auto' ? network : `${network}, ${variant}`,
    unit: 'element-layers/s',
    async prepare(gpu) {
      const images = networkImages(options, count);
      const pass = passOf(options);
      const plan = planPass(pass, shape, { rows: count, columns: count, symmetric: false }, gpu, { variant });
      const planes = pass.planes.length;
      const program = await gpu.program(plan.variant.contract, plan.constants.planes);
      const cache = new ImageFieldsCache(gpu, plan);
      const scope = new BufferScope(gpu.device);
      const fields = await cache.block('images', images, 0, count);
      const partialSums = scope.storage('partial_sums', 8 * pairs * planes * pass.taps);
      const tables = planeTables(scope, pass);
      const buffers = {
        ...fieldBindings(plan.variant.contract, fields, fields),
        ...tables,
        partial_sums: partialSums,
      };
      const globalBytes = [...Object.values(tables), fields.xFields, fields.zFields, partialSums].reduce(
        (sum, { size }) => sum + size,
        0,
      );
      const batch = { firstRow: 0, rows, firstColumn: 1, columns, triangle: false };
      const { workgroups, params } = planeDispatch(plan, batch);
      const record = (recording: Recording) => void recording.add(program, buffers, workgroups, params);
      return {
        work: pairs * plan.elementLayersPerPair,
        cost: planeCost(plan.variant, globalBytes / (pairs * plan.elementLayersPerPair)),
        compileMs: program.compileMs,
        ...dispatchTimer(gpu, record),
        async validate(signal) {
          const recording = new Recording(gpu);
          record(recording);
          const { data } = await recording.read(partialSums, 0, 8 * planes * pass.taps).submit();
          const sums = new Float32Array(data[0]);
          const some = evenly(planes, VALIDATED_PLANES);
          const floats = 2 * pass.taps;
          const computed = some.flatMap((plane) => [...sums.subarray(plane * floats, (plane + 1) * floats)]);
          return {
            error: largestError(
              computed,
              await mirrorSums(
                images,
                pass,
                some.map((plane) => pass.planes[plane]),
                signal,
              ),
            ),
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
