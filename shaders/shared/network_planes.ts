import type { ShaderContract } from '../contract.js';
import { mirrorElement, type ActivationKind } from '../network_activation.js';
import type { PlaneLayer } from './plane_activation.js';
import { packLayers } from './plane_bindings.js';
import { windowSums } from './window.js';

export { SINKS, type Sink } from './plane_results.js';

/** What the two fused plane kernels of networks promise alike: all but the name and the text. */
export const planesContract: Omit<ShaderContract, 'name' | 'wgsl'> = {
  equation:
    'per layer σ ← gain Σ_w σ + bias, θ ← gain Σ_w θ + trained σ, then σ ← K(σ, λx λz), θ ← theta_scale K̇ θ; whole planes, parts of pooled ones, or sums',
  bindings: [
    { name: 'x_fields', access: 'read', shape: '[N][fields][H+1][Q] vec4f, Q = ⌈W/4⌉' },
    { name: 'z_fields', access: 'read', shape: '[N][fields][SHIFTS][H][2Q] vec4f' },
    { name: 'pairs', access: 'read', shape: '[pairs] {x, z} u32' },
    { name: 'tables', access: 'read', shape: '[layers][9] f32, [planes][10] u32; see LAYER and PLANE' },
    {
      name: 'source_sigma',
      access: 'read',
      shape: '[pairs][source_rows][source_columns][W] f32; anything if SOURCE_PARTS is 0',
    },
    { name: 'source_theta', access: 'read', shape: 'as source_sigma; anything if source_theta_gain is 0' },
    {
      name: 'sigma_result',
      access: 'read_write',
      shape:
        'WHOLE [pairs][result_rows][result_columns][W] f32, PARTS [pairs][result_rows][result_columns][W/2], SUMS [pairs][planes] (Σ, Θ)',
    },
    { name: 'theta_result', access: 'read_write', shape: 'as sigma_result; SUMS: not written' },
  ],
  params: {
    channels: 'u32',
    layers: 'u32',
    fields: 'u32',
    planes: 'u32',
    first_group: 'u32',
    source_gain: 'f32',
    source_rows: 'u32',
    source_columns: 'u32',
    source_theta_gain: 'f32',
    result_rows: 'u32',
    result_columns: 'u32',
  },
  constants: [
    'HEIGHT',
    'WIDTH',
    'SHIFTS',
    'ROWS',
    'COLUMN_QUADS',
    'ROW_LANES',
    'STRIPS',
    'PLANES',
    'LOW',
    'HIGH',
    'CIRCULAR',
    'KIND',
    'LINEAR',
    'SOURCE_PARTS',
    'SOURCE_ROW_PARTS',
    'SINK',
  ],
  workgroups: '(⌈planes/PLANES⌉, pairs)',
  errorBound: 'as planes: each layer a few roundings of Σ and of Θ, K̇ 1e-7/√(1−c²)',
};

/** A displacement with the slots of its result, and of the planes or parts that it is read from, along x and along y. */
export interface PlaneEntry {
  readonly d: readonly [x: number, y: number];
  readonly slot: readonly [x: number, y: number];
  readonly sourceX: readonly number[]; // 1 or 3
  readonly sourceY: readonly number[]; // 1 to 3
}

/** What the tables have where there is no slot. */
export const NO_SLOT = 0xffffffff;

/** The buffer `tables`. */
export function packTables(
  layers: readonly PlaneLayer[],
  planes: readonly PlaneEntry[],
): Uint32Array<ArrayBuffer> {
  const three = (slots: readonly number[]) => [0, 1, 2].map((k) => slots.at(k) ?? NO_SLOT);
  const words = planes.flatMap(({ d, slot, sourceX, sourceY }) => [
    ...d,
    ...slot,
    ...three(sourceX),
    ...three(sourceY),
  ]);
  return Uint32Array.from([...packLayers(layers), ...words]);
}

export interface NetworkPlanesInput {
  readonly kind: ActivationKind;
  readonly layers: readonly PlaneLayer[];
  readonly low: number;
  readonly high: number;
  readonly circular: boolean;
  readonly height: number;
  readonly width: number;
  readonly xLambda: ArrayLike<number>; // [layers][H][W]
  readonly zLambda: ArrayLike<number>; // [layers][H][W]
  readonly snap?: number;
}

/** Float64 mirror of one plane of one pair, in place: sigma, theta [H][W] of displacement (dx, dy). */
export function mirrorPlane(
  input: NetworkPlanesInput,
  [dx, dy]: readonly [number, number],
  sigma: Float64Array,
  theta: Float64Array,
): void {
  const { kind, layers, height, width, xLambda, zLambda, snap = 0 } = input;
  const pixels = height * width;
  for (const [h, layer] of layers.entries()) {
    const summed = (plane: Float64Array) =>
      layer.windowed ? windowSums(plane, [dx, dy], [height, width], input) : plane.slice();
    const [s, t] = [summed(sigma), summed(theta)];
    for (let p = 0; p < pixels; p++) {
      const here = layer.gain * s[p] + layer.bias;
      const thetaHere = layer.gain * t[p] + (layer.trained ? here : 0);
      if (!layer.active) {
        sigma[p] = here;
        theta[p] = thetaHere;
        continue;
      }
      const q = ((Math.floor(p / width) + dy) % height) * width + (((p % width) + dx) % width);
      const [a, b] = [xLambda[h * pixels + p] ** 2, zLambda[h * pixels + q] ** 2];
      const { k, kDot } = mirrorElement({ ...layer, kind, snap }, here, a, b);
      sigma[p] = k;
      theta[p] = layer.thetaScale * kDot * thetaHere;
    }
  }
}
