import type { ShaderContract } from './contract.js';
import { wgsl } from './linked/fields.js';

/** The two layouts in which the plane kernel reads pixels and lambdas. */
export const contract: ShaderContract = {
  name: 'fields',
  wgsl,
  equation: 'field_f = channel f of the image for f < C, else sqrt(variance[f-C]), laid out in vec4s',
  bindings: [
    { name: 'images', access: 'read', shape: '[N][C][H][W] f32' },
    { name: 'variance', access: 'read', shape: '[N][L][H][W] f32' },
    {
      name: 'x_fields',
      access: 'read_write',
      shape: '[N][C+L][H+1][Q] vec4f, Q = ⌈W/4⌉; row H and columns ≥ W are 0',
    },
    {
      name: 'z_fields',
      access: 'read_write',
      shape: '[N][C+L][SHIFTS][H][2Q] vec4f: columns (4t+s … 4t+s+3) mod W',
    },
  ],
  params: { images: 'u32', channels: 'u32', layers: 'u32' },
  constants: ['HEIGHT', 'WIDTH', 'SHIFTS'],
  workgroups: '(⌈SHIFTS·H·2Q/64⌉, C+L, N)',
  errorBound: 'pixels exact; lambda one rounding of sqrt (2⁻²³ relative)',
};

export const variants = [
  { HEIGHT: 32, WIDTH: 32, SHIFTS: 4 },
  { HEIGHT: 5, WIDTH: 7, SHIFTS: 1 },
];

export interface FieldsInput {
  readonly images: ArrayLike<number>; // [N][C][H][W]
  readonly variance: ArrayLike<number>; // [N][L][H][W]
  readonly count: number;
  readonly channels: number;
  readonly layers: number;
  readonly height: number;
  readonly width: number;
  readonly shifts: number;
}

/** Floats per image in the two layouts. */
export function fieldFloats({
  channels,
  layers,
  height,
  width,
  shifts,
}: Omit<FieldsInput, 'images' | 'variance' | 'count'>): {
  x: number;
  z: number;
} {
  const quads = Math.ceil(width / 4);
  const fields = channels + layers;
  return { x: fields * (height + 1) * quads * 4, z: fields * shifts * height * 2 * quads * 4 };
}

/** Float64 mirror. Returns x_fields and z_fields with the shapes of the contract, four floats per vec4. */
export function mirror(input: FieldsInput): { xFields: Float64Array; zFields: Float64Array } {
  const { images, variance, count, channels, layers, height, width, shifts } = input;
  const pixels = height * width;
  const quads = Math.ceil(width / 4);
  const fields = channels + layers;
  const floats = fieldFloats(input);
  const xFields = new Float64Array(count * floats.x);
  const zFields = new Float64Array(count * floats.z);
  const field = (image: number, f: number, p: number) =>
    f < channels
      ? images[(image * channels + f) * pixels + p]
      : Math.sqrt(variance[(image * layers + f - channels) * pixels + p]);
  for (let image = 0; image < count; image++) {
    for (let f = 0; f < fields; f++) {
      for (let shift = 0; shift < shifts; shift++) {
        for (let y = 0; y < height; y++) {
          for (let t = 0; t < 8 * quads; t++) {
            const value = field(image, f, y * width + ((t + shift) % width));
            zFields[(((image * fields + f) * shifts + shift) * height + y) * 8 * quads + t] = value;
            if (shift === 0 && t < width)
              xFields[((image * fields + f) * (height + 1) + y) * 4 * quads + t] = value;
          }
        }
      }
    }
  }
  return { xFields, zFields };
}
