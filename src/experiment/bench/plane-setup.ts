import { mirror as normsMirror } from '../../../shaders/norms.js';
import { mirror as planesMirror } from '../../../shaders/planes.js';
import { SNAP } from '../../../shaders/shared/arc_cosine.js';
import { BufferScope } from '../../gpu/buffers.js';
import type { Gpu } from '../../gpu/gpu.js';
import type { Readout } from '../../kernel/channels.js';
import { ImageFieldsCache, type ImageFields } from '../../kernel/image-fields.js';
import type { ImageStack } from '../../kernel/images.js';
import { planPasses, type ImageShape } from '../../kernel/passes.js';
import { planPass, type PassPlan } from '../../kernel/plan.js';
import { defaultTrained } from '../../kernel/validate-channels.js';
import { randomImages } from './random-images.js';

/** What the fused kernel and the layer-by-layer baseline both start from: images, their fields, planes, constants. */
export class PlaneSetup implements Disposable {
  private constructor(
    readonly plan: PassPlan,
    readonly images: ImageStack,
    readonly fields: ImageFields,
    readonly scope: BufferScope,
    private readonly cache: ImageFieldsCache,
  ) {}

  static async create(
    gpu: Gpu,
    shape: ImageShape,
    { depth, readout, count }: { depth: number; readout: Readout; count: number },
  ): Promise<PlaneSetup> {
    const images = randomImages(count, shape, 11);
    const [pass] = planPasses([{ kernel: 'ntk', depth, readout, trained: defaultTrained(readout) }], shape);
    const plan = planPass(pass, shape, { rows: count, columns: count, symmetric: false }, gpu.limits);
    const cache = new ImageFieldsCache(gpu, plan);
    const fields = await cache.block('images', images, 0, count, 1);
    return new PlaneSetup(plan, images, fields, new BufferScope(gpu.device), cache);
  }

  /**
   * Float64 mirrors of some groups of planes of the pair (x, z): norms, then planes.
   *
   * @returns [groups.length][taps][2], ΣK and ΣU
   */
  expectedSums(x: number, z: number, groups: readonly number[]): Float64Array {
    const { pass, planeConstants } = this.plan;
    const { channels, height, width } = this.images;
    const planesPerGroup = planeConstants.PLANES;
    const planes = groups.flatMap((group) =>
      pass.planes.slice(group * planesPerGroup, (group + 1) * planesPerGroup),
    );
    return planesMirror({
      x: this.fieldsOf(x),
      z: this.fieldsOf(z),
      same: x === z,
      planes,
      radii: pass.radii,
      layerSlots: pass.layerSlots,
      channels,
      height,
      width,
      gain: planeConstants.GAIN,
      theta0: pass.theta0,
      planesPerGroup,
      snap: SNAP,
    });
  }

  /** About `count` groups of planes, evenly spread, none of them ragged. */
  someGroups(count: number): number[] {
    const { groups } = this.plan;
    const step = Math.max(1, Math.floor(groups / count));
    return Array.from({ length: Math.ceil(groups / step) }, (_, i) => i * step);
  }

  [Symbol.dispose](): void {
    this.scope.dispose();
    this.cache[Symbol.dispose]();
  }

  /** Pixels, then lambdas: [C+L][H][W]. */
  private fieldsOf(image: number): Float64Array {
    const { channels, height, width, data } = this.images;
    const { layers } = this.plan.pass;
    const elements = channels * height * width;
    const pixels = data.slice(image * elements, (image + 1) * elements);
    const gain = this.plan.normsConstants.GAIN;
    const variance = normsMirror({ images: pixels, count: 1, channels, layers, height, width, gain });
    return Float64Array.of(...pixels, ...variance.map(Math.sqrt));
  }
}
