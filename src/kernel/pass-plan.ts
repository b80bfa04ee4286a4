import { fieldFloats } from '../../shaders/fields.js';
import { scratchBytes } from '../../shaders/near_pairs.js';
import type { Constants } from '../gpu/shader-source.js';
import { className } from '../checks/class-name.js';
import {
  ArgumentError,
  assertCount,
  assertImageShape,
  assertKeys,
  assertRunOptions,
} from '../checks/arguments.js';
import { layerGain, type Pass } from './passes.js';
import type { ImageShape } from '../images/images.js';
import { assertPlanDevice, PlanError, type PlanDevice } from '../gpu/plan-device.js';
import { assertGramShape, type GramShape } from './gram-shape.js';
import type { PlaneVariant, PlaneVariants, VariantName } from './plane-variant.js';
import { planeConstants, shiftsOf } from './plane-constants.js';
import { variantOfPass } from './run-variants.js';

/** Everything about a pass that is decided before the first dispatch. Pure: no device is asked. */
export interface PassPlan {
  readonly pass: Pass;
  /** Channels per image. */
  readonly channels: number;
  /** The variant of the plane kernel that the pass runs. */
  readonly variant: PlaneVariant;
  /** Whether that samples the fields of images from textures, which then stand beside their buffers. */
  readonly isSampled: boolean;
  /** The constants that the programs of the pass are specialised by. */
  readonly constants: Readonly<Record<'planes' | 'norms' | 'fields' | 'near', Constants>>;
  /** Workgroups of the plane kernel that hold the planes of a pair. */
  readonly workgroups: number;
  /** Pairs that a workgroup computes one after the other. */
  readonly walk: number;
  /** Images whose fields stand in one buffer. */
  readonly blockImages: number;
  /** Field buffers (x and z of a block) kept at a time. */
  readonly cachedBlocks: number;
  /** Pairs that one submission may hold at the most. */
  readonly maxPairs: number;
  /** Workgroups that look for nearly proportional images, none for NNGP alone, and what they take of memory. */
  readonly nearWorkgroups: number;
  readonly nearBytes: number;
  /** Element-layers of one pair: the unit of work of every speed figure. */
  readonly elementLayersPerPair: number;
  /** Bytes on the device at the most: blocks, and three submissions' sums and values. */
  readonly deviceBytes: number;
}

export const DEFAULT_MEMORY_BYTES = 512 * 2 ** 20;
/** Submissions whose results have not been read yet: one computes, two wait, so that a late host leaves no gap. */
export const SUBMISSIONS_IN_FLIGHT = 3;
/** Two blocks for every tile that may still be in flight: none of them may leave the cache. */
const MIN_CACHED_BLOCKS = 2 * SUBMISSIONS_IN_FLIGHT;
const MAX_SUM_BYTES = 16 * 2 ** 20;
const NEAR_BYTES = 16 * 2 ** 20;
/** Pairs that a workgroup computes one after the other where it holds all planes of a pair: what the pairs share is then read once. */
const WALK = 8;
/** Images of rows that a lane takes one after the other where it holds a whole plane. */
const LANE_WALK = 32;

export interface PlanOptions {
  /** What the fields of images may take on the device; at least six images' worth is used. */
  readonly memoryBytes?: number;
  /**
   * The plane kernel by name (`auto`: by rule), or as `tune` has found it for this shape on this device; by default by
   * rule, but for short runs one that compiles soon, unless that of the rule is compiled already.
   */
  readonly variant?: VariantName | PlaneVariants;
  /** Images that a block holds at the most, where a caller walks through tiles of its own. */
  readonly tileImages?: number;
}

const PLAN_OPTIONS = [
  'memoryBytes',
  'variant',
  'tileImages',
] as const satisfies readonly (keyof PlanOptions)[];

/**
 * Plans one pass over images of one shape: variant of the plane kernel, image blocks, buffer sizes.
 *
 * Bytes on the device, whatever the number of images: an image takes I = 4 (C + L) (4 (H + 1) Q + 8 S H Q) + 4 t bytes
 * (the first part twice where the plane kernel samples it),
 * with L layers, Q = ⌈W/4⌉ and S = 4 shifted copies (1 for plane 0 alone). A block holds B images, as many as one
 * binding does and at most memory / (6 I); as many blocks stand as fit the memory, but six, or all there are. With the
 * sums and values of three submissions of P pairs, G planes, t taps and k kernels each:
 * blocks · B · I + 3 P (8 t G + 4 k) + 20 H W · nearWorkgroups, where P (8 t G + 4 k) ≤ 16 MiB. While a block
 * is computed, its pixels and variances stand beside it: 4 B (C + L) H W.
 *
 * @throws PlanError if the plane of an image does not fit a workgroup of this device, or an image its buffers
 */
export function planPass(
  pass: Pass,
  shape: ImageShape,
  gram: GramShape,
  device: PlanDevice,
  options: PlanOptions = {},
): PassPlan {
  assertPass(pass);
  assertImageShape('shape', shape);
  assertGramShape(gram);
  assertPlanDevice(device);
  assertKeys('planPass', options, PLAN_OPTIONS);
  assertRunOptions('planPass', options);
  if (options.tileImages !== undefined) assertCount('planPass: tileImages', options.tileImages);
  const { memoryBytes = DEFAULT_MEMORY_BYTES, variant: choice, tileImages = Infinity } = options;
  const { limits } = device;
  const { height, width, channels } = shape;
  const shifts = shiftsOf(pass);
  const variant = variantOfPass(pass, shape, [gram], device, choice);

  const floats = fieldFloats({ channels, layers: pass.layers, height, width, shifts });
  const bindable = Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize);
  const isSampled = variant.contract.bindings.some(({ access }) => access === 'sampled');
  const imageBytes = 4 * ((floats.x + floats.z) * (isSampled ? 2 : 1) + pass.taps);
  if (4 * floats.z > bindable) {
    throw new PlanError(
      `the fields of one ${channels}×${height}×${width} image at depth ${pass.layers + 1} take ${4 * floats.z} bytes; ` +
        `this device binds at most ${bindable}. Use a smaller depth or smaller images.`,
    );
  }
  const images = Math.max(gram.rows, gram.columns);
  const blockImages = Math.max(
    1,
    Math.min(
      images,
      tileImages,
      Math.floor(bindable / (4 * floats.z)),
      Math.floor(memoryBytes / MIN_CACHED_BLOCKS / imageBytes),
      limits.maxComputeWorkgroupsPerDimension,
    ),
  );
  const blockBytes = blockImages * imageBytes;
  const blocks =
    Math.ceil(gram.rows / blockImages) + (gram.symmetric ? 0 : Math.ceil(gram.columns / blockImages));
  const cachedBlocks = Math.min(blocks, Math.max(MIN_CACHED_BLOCKS, Math.floor(memoryBytes / blockBytes)));
  const taps = pass.taps;
  const sumBytesPerPair = 8 * taps * pass.planes.length + 4 * pass.outputs.length;
  if (sumBytesPerPair > bindable) {
    throw new PlanError(
      `the sums of one pair over ${pass.planes.length} planes and ${taps} taps take ${sumBytesPerPair} bytes; ` +
        `this device binds at most ${bindable}. Ask for fewer depths or read-outs at a time.`,
    );
  }
  const maxPairs = Math.max(1, Math.floor(Math.min(MAX_SUM_BYTES, bindable) / sumBytesPerPair));
  // A large device computes many pairs at a time. The NNGP of nearly proportional images is as exact as that of others.
  const nearMost = device.software ? 16 : 1024;
  const isNtk = pass.outputs.some(({ use }) => use !== 'k');
  const nearWorkgroups = isNtk
    ? Math.max(1, Math.min(nearMost, Math.floor(NEAR_BYTES / scratchBytes(shape))))
    : 0;
  const nearBytes = nearWorkgroups * scratchBytes(shape);
  const workgroups = Math.ceil(pass.planes.length / variant.constants.PLANES);
  return {
    pass,
    channels,
    variant,
    isSampled,
    constants: {
      planes: planeConstants(pass, shape, device, variant),
      norms: { HEIGHT: height, WIDTH: width, GAIN: layerGain(shape) },
      fields: { HEIGHT: height, WIDTH: width, SHIFTS: shifts },
      near: { HEIGHT: height, WIDTH: width, SHIFTS: shifts, GAIN: layerGain(shape) },
    },
    workgroups,
    walk: variant.kind === 'lane' ? LANE_WALK : workgroups === 1 ? WALK : 1,
    blockImages,
    cachedBlocks,
    maxPairs,
    nearWorkgroups,
    nearBytes,
    elementLayersPerPair: pass.planes.length * height * width * pass.layers,
    deviceBytes: cachedBlocks * blockBytes + SUBMISSIONS_IN_FLIGHT * maxPairs * sumBytesPerPair + nearBytes,
  };
}

function assertPass(pass: unknown): void {
  const { planes, layerSlots } = (pass ?? {}) as Partial<Pass>;
  if (Array.isArray(planes) && Array.isArray(layerSlots)) return;
  throw new ArgumentError(`the pass is ${className(pass)}; one of those that planPasses() gives is wanted`);
}
