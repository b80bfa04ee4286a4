import { PLANE_KINDS, type PlaneKind } from '../../shaders/shared/plane_activation.js';
import type { PlanDevice } from '../gpu/plan-device.js';
import { subgroupVariant, WORKGROUP_LANES } from '../kernel/plane-variant.js';
import type { NodeAxes } from './needs.js';

/** How far windows reach: from −low to high, around the image or not. */
export interface PlaneWindow {
  readonly low: number;
  readonly high: number;
  readonly circular: boolean;
}

/** The fused plane kernel with a plane in a subgroup, in a workgroup, or row by row. */
export type RunKernel = 'subgroup' | 'portable' | 'rows';

export interface RunVariant {
  readonly kernel: RunKernel;
  readonly constants: Readonly<Record<string, number>>;
}

interface RunShape {
  readonly height: number;
  readonly width: number;
  /** The planes that are needed. */
  readonly axes: NodeAxes;
  /** A lane holds an even number of rows, so that it can pool two by two. */
  readonly pairedRows: boolean;
}

/** Rows per lane. More registers than the last and a lane spills on any device. */
const PORTABLE_ROWS = [4, 8, 16, 32];

/**
 * Elements of all planes below which software adapters do without the portable kernel: they compile it for seconds, and
 * compute as little layer by layer at once.
 */
const FEW_ELEMENTS = 10_000;

/** The fused plane kernel for a run on a device; undefined if a plane fits neither its subgroups nor its workgroups. */
export function runVariant(
  { window, kind }: { readonly window: PlaneWindow; readonly kind: PlaneKind },
  shape: RunShape,
  device: PlanDevice,
): RunVariant | undefined {
  const { height, width, axes } = shape;
  const { low, high, circular } = window;
  const layout = subgroupLayout(window, shape, device) ?? portableLayout(window, shape, device);
  return (
    layout && {
      kernel: layout.kernel,
      constants: {
        ...{ HEIGHT: height, WIDTH: width, SHIFTS: axes.columns.classes.every((d) => d === 0) ? 1 : 4 },
        ...layout.constants,
        ...{ LOW: low, HIGH: high, CIRCULAR: circular ? 1 : 0, KIND: PLANE_KINDS[kind] },
      },
    }
  );
}

const planeCount = ({ rows, columns }: NodeAxes) => rows.classes.length * columns.classes.length;

function subgroupLayout(
  { low, high, circular }: PlaneWindow,
  { height, width, axes, pairedRows }: RunShape,
  { subgroupSize }: PlanDevice,
): RunVariant | undefined {
  if (width % 4 !== 0) return undefined;
  for (let strips = subgroupSize; strips >= 1; strips /= 2) {
    const variant = subgroupVariant({ channels: 1, height, width }, planeCount(axes), subgroupSize, {
      strips,
    });
    if (variant === undefined) return undefined;
    const { ROWS, COLUMN_QUADS, ROW_LANES, STRIPS } = variant.constants;
    const fits = ROWS * STRIPS === height && COLUMN_QUADS * ROW_LANES * 4 === width;
    if (Math.max(low, high) > ROWS || (circular && !fits) || (pairedRows && ROWS % 2 === 1)) continue;
    return { kernel: 'subgroup', constants: variant.constants };
  }
  return undefined;
}

/** The fewest rows per lane with which a plane fits a workgroup and its memory. */
function portableLayout(
  { low, high, circular }: PlaneWindow,
  { height, width, axes, pairedRows }: RunShape,
  { limits, software = false }: PlanDevice,
): RunVariant | undefined {
  if (software && planeCount(axes) * height * width < FEW_ELEMENTS) return undefined;
  const rowLanes = Math.ceil(width / 4);
  const reach = low + high;
  for (const most of [...PORTABLE_ROWS, height]) {
    const own = Math.max(Math.min(most, height), low, high);
    const rows = pairedRows ? own + (own % 2) : own;
    if (rows > PORTABLE_ROWS.at(-1)!) continue;
    if (circular && (height % rows !== 0 || width % 4 !== 0)) continue;
    const strips = Math.ceil(height / rows);
    const planeLanes = rowLanes * strips;
    const planes = Math.max(1, Math.min(Math.floor(WORKGROUP_LANES / planeLanes), planeCount(axes)));
    const lanes = planeLanes * planes;
    const sizeBytes = 8 * Math.max(1, rows * reach * lanes) + 16 * Math.max(1, 2 * reach) * lanes;
    if (lanes > limits.maxComputeInvocationsPerWorkgroup) continue;
    if (sizeBytes > limits.maxComputeWorkgroupStorageSize) continue;
    return {
      kernel: 'portable',
      constants: { ROWS: rows, COLUMN_QUADS: 1, ROW_LANES: rowLanes, STRIPS: strips, PLANES: planes },
    };
  }
  return undefined;
}
