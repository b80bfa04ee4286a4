import { constantsOf as zeroPlaneConstants } from '../../shaders/zero_plane.js';
import type { PlanDevice } from '../gpu/plan-device.js';
import type { Constants } from '../gpu/shader-source.js';
import type { ImageShape } from '../images/images.js';
import { layerGain, type Pass } from './passes.js';
import { pairsPerWorkgroup, type PlaneVariant } from './plane-variant.js';

/** Shifted copies of the fields of z: one is enough where no plane is displaced along the rows. */
export function shiftsOf({ planes }: Pass): number {
  return planes.every(([dx]) => dx === 0) ? 1 : 4;
}

/** The constants of the plane kernel: the variant's own, and those that follow from the pass. */
export function planeConstants(
  pass: Pass,
  shape: ImageShape,
  device: PlanDevice,
  variant: PlaneVariant,
): Constants {
  const { channels, height, width } = shape;
  const gain = layerGain(shape);
  if (variant.kind === 'lane') {
    const { SUBGROUP, ROWS, ROW_LANES, SUMS } = variant.constants;
    const order = { rows: ROWS, rowLanes: ROW_LANES, planeLanes: SUMS };
    return zeroPlaneConstants({
      height,
      width,
      channels,
      layers: pass.layers,
      gain,
      subgroup: SUBGROUP,
      ...order,
    });
  }
  const isWhole = pass.planes.length <= variant.constants.PLANES;
  return {
    ...variant.constants,
    HEIGHT: height,
    WIDTH: width,
    SHIFTS: shiftsOf(pass),
    GAIN: gain,
    PAIRS: isWhole ? pairsPerWorkgroup(variant, shape, device) : 1,
    // A power of two, so that runs with other depths share the compiled kernel.
    ...(variant.kind === 'portable' ? { MAX_TAPS: Math.max(4, 2 ** Math.ceil(Math.log2(pass.taps))) } : {}),
  };
}
