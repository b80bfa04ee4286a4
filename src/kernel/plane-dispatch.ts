import type { ParameterValues } from '../../shaders/contract.js';
import { ZERO_PLANE_LANES } from '../../shaders/zero_plane.js';
import type { BufferScope } from '../gpu/buffers.js';
import type { TileBatch } from './batches.js';
import type { Pass } from './passes.js';
import type { PassPlan } from './pass-plan.js';

/** What the plane kernel reads of a pass, whatever the images. */
export type PlaneTables = TapTables & Readonly<Record<'planes', GPUBuffer>>;

/** Which layers and read-outs are tapped. */
export type TapTables = Readonly<Record<'radii' | 'layer_slots', GPUBuffer>>;

export function planeTables(scope: BufferScope, pass: Pass): PlaneTables {
  return {
    planes: scope.upload('planes', Uint32Array.from(pass.planes.flat())),
    ...tapTables(scope, pass),
  };
}

export function tapTables(scope: BufferScope, pass: Pass): TapTables {
  return {
    radii: scope.upload('radii', Uint32Array.from(pass.radii)),
    layer_slots: scope.upload('layer_slots', Int32Array.from(pass.layerSlots)),
  };
}

/** Some of the workgroups that hold the planes of a pair. */
export interface PlaneSlice {
  readonly first: number;
  readonly count: number;
}

/** Workgroups and parameters of a dispatch of the plane kernel; all planes of the pairs unless a slice is given. */
export function planeDispatch(
  { channels, pass, workgroups, walk, constants, variant }: PassPlan,
  { firstRow, rows, firstColumn, columns, triangle }: TileBatch,
  { first, count }: PlaneSlice = { first: 0, count: workgroups },
): { readonly workgroups: readonly [number, number, number]; readonly params: ParameterValues } {
  return {
    workgroups:
      variant.kind === 'lane'
        ? [count, Math.ceil(columns / ZERO_PLANE_LANES), Math.ceil(rows / walk)]
        : [count, Math.ceil(columns / (constants.planes.PAIRS * walk)), rows],
    params: {
      channels,
      layers: pass.layers,
      planes: pass.planes.length,
      readouts: pass.radii.length,
      taps: pass.taps,
      theta0: pass.theta0,
      first_group: first,
      first_row: firstRow,
      first_column: firstColumn,
      columns,
      walk,
      triangle: triangle ? 1 : 0,
      ...(variant.kind === 'lane' ? { rows } : {}),
    },
  };
}
