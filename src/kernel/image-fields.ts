import { contract as fieldsContract, fieldFloats } from '../../shaders/fields.js';
import { contract as normsContract } from '../../shaders/norms.js';
import { contract as reachesContract } from '../../shaders/reaches.js';
import type { ShaderContract } from '../../shaders/contract.js';
import { TEXELS } from '../../shaders/shared/sampled_fields.js';
import { BufferScope } from '../gpu/buffers.js';
import type { Gpu } from '../gpu/gpu.js';
import { Recording } from '../gpu/recording.js';
import type { ImageStack } from '../images/images.js';
import type { PassPlan } from './pass-plan.js';
import { tapTables, type TapTables } from './plane-dispatch.js';

/** What the shaders of pairs read of a block of images. */
export interface ImageFields {
  readonly xFields: GPUBuffer;
  readonly zFields: GPUBuffer;
  /** [images][taps] */
  readonly reaches: GPUBuffer;
  /** The contents of the first two, where the plane kernel samples them. */
  readonly xTexels?: GPUTexture;
  readonly zTexels?: GPUTexture;
}

/** What a plane kernel binds of the images of rows and columns: buffers, or textures where its contract says so. */
export function fieldBindings(
  { bindings }: ShaderContract,
  x: ImageFields,
  z: ImageFields,
): Readonly<Record<'x_fields' | 'z_fields', GPUBuffer | GPUTexture>> {
  if (!bindings.some(({ access }) => access === 'sampled'))
    return { x_fields: x.xFields, z_fields: z.zFields };
  return { x_fields: x.xTexels!, z_fields: z.zTexels! };
}

/**
 * Per-image results on the device, a block of images at a time: computed when first asked for, kept while there is
 * room, the least recently used block leaving first. Owned by one run.
 */
export class ImageFieldsCache implements Disposable {
  private readonly scope: BufferScope;
  private readonly blocks = new Map<string, ImageFields>();
  private readonly tables: TapTables;

  constructor(
    private readonly gpu: Gpu,
    private readonly plan: PassPlan,
  ) {
    this.scope = new BufferScope(gpu.device);
    this.tables = tapTables(this.scope, plan.pass);
  }

  /** The fields of images first … first + count − 1 of a stack, with pixels of order 1. `key` names the stack. */
  async block(key: string, stack: ImageStack, first: number, count: number): Promise<ImageFields> {
    const name = `${key} ${first}`;
    let fields = this.blocks.get(name);
    if (fields) {
      this.blocks.delete(name);
    } else {
      if (this.blocks.size >= this.plan.cachedBlocks) this.evict();
      fields = await this.compute(stack, first, count);
    }
    this.blocks.set(name, fields);
    return fields;
  }

  [Symbol.dispose](): void {
    this.scope.dispose();
  }

  /** Commands already submitted keep their buffers: destroying one here is safe. */
  private evict(): void {
    const [name, fields] = this.blocks.entries().next().value!;
    this.blocks.delete(name);
    for (const buffer of Object.values(fields) as (GPUBuffer | GPUTexture)[]) this.scope.free(buffer);
  }

  private async compute(stack: ImageStack, first: number, count: number): Promise<ImageFields> {
    const { channels, height, width } = stack;
    const { layers, radii, taps } = this.plan.pass;
    const { constants } = this.plan;
    const pixels = height * width;
    const floats = fieldFloats({ channels, layers, height, width, shifts: constants.fields.SHIFTS });
    const norms = await this.gpu.program(normsContract, constants.norms);
    const layOut = await this.gpu.program(fieldsContract, constants.fields);
    const reach = await this.gpu.program(reachesContract, constants.norms);
    const xFields = this.scope.storage('x_fields', 4 * count * floats.x);
    const zFields = this.scope.storage('z_fields', 4 * count * floats.z);
    const reaches = this.scope.storage('reaches', 4 * count * taps);
    using scratch = new BufferScope(this.gpu.device);
    const block = stack.data.subarray(first * channels * pixels, (first + count) * channels * pixels);
    const images = scratch.upload('images', block);
    const variance = scratch.storage('variance', 4 * count * layers * pixels);
    const recording = new Recording(this.gpu);
    for (let layer = 0; layer < layers; layer++) {
      recording.add(norms, { images, variance }, [Math.ceil(pixels / 64), count], {
        layer,
        images: count,
        channels,
        layers,
      });
    }
    const z = constants.fields.SHIFTS * height * 2 * Math.ceil(width / 4);
    recording.add(
      layOut,
      { images, variance, x_fields: xFields, z_fields: zFields },
      [Math.ceil(z / 64), channels + layers, count],
      { images: count, channels, layers },
    );
    recording.add(reach, { variance, reaches, ...this.tables }, [Math.ceil(count / 64), layers], {
      ...{ images: count, layers, readouts: radii.length, taps },
    });
    const texels = this.plan.isSampled
      ? {
          xTexels: this.scope.texture('x_fields', xFields, TEXELS),
          zTexels: this.scope.texture('z_fields', zFields, TEXELS),
        }
      : undefined;
    if (texels !== undefined) recording.copy(xFields, texels.xTexels).copy(zFields, texels.zTexels);
    // The pairs that read these fields queue up behind: the device need not idle while the host waits for them.
    await recording.submit({ wait: false });
    return { xFields, zFields, reaches, ...texels };
  }
}
