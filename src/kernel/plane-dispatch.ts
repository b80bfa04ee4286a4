import type { ParameterValues } from '../../shaders/contract.js';
import type { BufferScope } from '../gpu/buffers.js';
import type { Pass } from './passes.js';
import type { PassPlan } from './pass-plan.js';

/** What the plane kernel reads of a pass, whatever the images. */
export type PlaneTables = Readonly<Record<'planes' | 'radii' | 'layer_slots', GPUBuffer>>;

export function planeTables(scope: BufferScope, pass: Pass): PlaneTables {
  return {
    planes: scope.upload('planes', Uint32Array.from(pass.planes.flat())),
    radii: scope.upload('radii', Uint32Array.from(pass.radii)),
    layer_slots: scope.upload('layer_slots', Int32Array.from(pass.layerSlots)),
  };
}

/** Parameters of a dispatch of the plane kernel whose first workgroup is `firstGroup` of a pair's. */
export function planeParameters({ channels, groups, pass }: PassPlan, firstGroup = 0): ParameterValues {
  return {
    channels,
    layers: pass.layers,
    planes: pass.planes.length,
    readouts: pass.radii.length,
    taps: pass.taps,
    theta0: pass.theta0,
    first_group: firstGroup,
    groups,
  };
}
