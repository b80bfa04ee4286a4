import type { PlanDevice } from '../gpu/plan-device.js';
import { WORKGROUP_LANES } from '../kernel/plane-variant.js';
import type { NodeAxes } from './needs.js';
import type { PlaneRun } from './plane-runs.js';

/** All layers and channels are written out: the compiler's time grows with them. */
const MOST_LAYERS = 3;
const MOST_CHANNELS = 4;
/** Planes of a lane, consecutive ones along dy; an even number. */
const SPAN = 4;
/** SwiftShader's subgroups are smaller; its compiler takes all memory that there is for what is written out here. */
const LEAST_SUBGROUP = 8;
/** Lanes that compute more planes for nothing than are needed are not worth it. */
const FILLED = 0.5;

/** A run as it is known without the choice of its kernel. */
export type RunToPlace = Omit<PlaneRun, 'kernel' | 'constants' | 'span'>;

/**
 * Constants of the kernel that streams planes row by row, for the runs that gain by it: short ones that begin with the
 * pixels, on many planes. Undefined for others, and on devices of which it is not known to be faster: those that compute
 * in hardware have registers for a plane, software adapters keep it in memory and pay for every access.
 *
 * @param windowed Every layer of the run has the run's window.
 */
export function rowsConstants(
  { sourceKind, layers, height, width, low, high, circular }: RunToPlace,
  windowed: boolean,
  channels: number,
  axes: NodeAxes,
  { software = false, subgroupSize }: PlanDevice,
): Readonly<Record<string, number>> | undefined {
  const rowLanes = 2 ** Math.ceil(Math.log2(width / 4));
  const groups = new Set(axes.rows.classes.map((dy) => Math.floor(dy / SPAN))).size;
  if (!software || subgroupSize < LEAST_SUBGROUP || width % 4 !== 0 || rowLanes > subgroupSize)
    return undefined;
  if (sourceKind !== 'pixels' || circular || !windowed) return undefined;
  if (axes.rows.classes.length < FILLED * SPAN * groups) return undefined;
  if (layers.length > MOST_LAYERS || channels > MOST_CHANNELS) return undefined;
  return {
    ...{ HEIGHT: height, WIDTH: width, SHIFTS: 4, ROW_LANES: rowLanes },
    PLANES: Math.max(1, Math.floor(WORKGROUP_LANES / rowLanes)),
    ...{ SPAN, CHANNELS: channels, LAYERS: layers.length },
    ...{ LOW: low, HIGH: high, REACH: low + high, CIRCULAR: 0 },
  };
}
