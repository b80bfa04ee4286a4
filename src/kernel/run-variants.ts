import type { Channel } from './channels.js';
import { planPasses } from './passes.js';
import { type ImageShape } from '../images/images.js';
import { chosenVariant, type GramShape, type PlanOptions } from './plan.js';
import type { PlanDevice } from './plan-device.js';
import { planeListKind, type PlaneVariants } from './plane-candidates.js';

/**
 * The variants of the plane kernel for all matrices of one run: decided once, by the run's work, so that whatever part
 * of it is computed alone (to compile, a tile, a shard) has the same bits.
 *
 * @param choice As `GramOptions.variant`.
 * @throws PlanError if no variant fits this device
 */
export function runVariants(
  channels: readonly Channel[],
  shape: ImageShape,
  grams: readonly GramShape[],
  device: PlanDevice,
  choice?: PlanOptions['variant'],
): PlaneVariants {
  return Object.fromEntries(
    planPasses(channels, shape).map((pass) => [
      planeListKind(pass),
      chosenVariant(pass, shape, grams, device, choice),
    ]),
  );
}
