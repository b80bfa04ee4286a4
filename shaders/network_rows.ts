import type { ShaderContract } from './contract.js';
import { wgsl } from './linked/network_rows.js';
import { NO_SLOT, planesContract, type PlaneEntry, type Sink } from './shared/network_planes.js';
import { packLayers } from './shared/plane_bindings.js';
import type { PlaneLayer } from './shared/plane_activation.js';

export { mirrorPlane } from './shared/network_planes.js';

/** The fused plane kernel of any network for short runs that begin with pixels; it takes widths W that 4 divides. */
export const contract: ShaderContract = {
  ...planesContract,
  name: 'network_rows',
  wgsl,
  bindings: planesContract.bindings.map((binding) => {
    if (binding.name.endsWith('_fields')) return { ...binding, access: 'sampled' };
    if (binding.name !== 'tables') return binding;
    return { ...binding, shape: '[layers][9] f32, [groups][3 + SPAN] u32; see packGroups' };
  }),
  constants: [
    ...['HEIGHT', 'WIDTH', 'SHIFTS', 'ROW_LANES', 'PLANES', 'SPAN', 'CHANNELS', 'LAYERS'],
    ...['LOW', 'HIGH', 'REACH', 'CIRCULAR', 'KIND', 'LINEAR', 'SINK'],
  ],
  workgroups: '(⌈groups/PLANES⌉, pairs); the parameter planes is the number of groups, source_* are not read',
};

const image = {
  ...{ HEIGHT: 32, WIDTH: 32, SHIFTS: 4, ROW_LANES: 8, CHANNELS: 3, LOW: 1, HIGH: 1, REACH: 2 },
  ...{ CIRCULAR: 0, KIND: 0, LINEAR: 0 },
};

export const variants = [
  { ...image, PLANES: 4, SPAN: 4, LAYERS: 2, SINK: 1 }, // subgroups of 8
  { ...image, PLANES: 1, SPAN: 2, LAYERS: 1, LOW: 2, HIGH: 2, REACH: 4, KIND: 1, LINEAR: 1, SINK: 2 },
  { ...image, PLANES: 4, SPAN: 2, LAYERS: 3, LOW: 1, HIGH: 2, REACH: 3, KIND: 3, SINK: 0 },
];

/**
 * The buffer `tables`: planes of one dx and SPAN consecutive dy make a group; what is not needed of it has no slot. Of
 * parts a group has SPAN / 2 + 1, each the sum of what its planes have for one pooled plane.
 */
export function packGroups(
  layers: readonly PlaneLayer[],
  planes: readonly PlaneEntry[],
  span: number,
  sink: Sink,
): { readonly tables: Uint32Array<ArrayBuffer>; readonly groups: number } {
  const groups = new Map<string, number[]>();
  for (const { d, slot } of planes) {
    const [dx, dy] = d;
    const first = dy - (dy % span);
    const key = `${dx} ${first}`;
    let words = groups.get(key);
    if (words === undefined) {
      words = [dx, first, slot[0], ...Array.from({ length: span }, () => NO_SLOT)];
      groups.set(key, words);
    }
    const plane = dy - first;
    if (sink !== 'parts') words[3 + plane] = slot[1];
    else for (const k of plane % 2 === 0 ? [0] : [0, 1]) words[3 + (plane >> 1) + k] = slot[1] + k;
  }
  const words = [...groups.values()].flat();
  return { tables: Uint32Array.from([...packLayers(layers), ...words]), groups: groups.size };
}
