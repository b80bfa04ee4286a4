import type { Binding } from '../contract.js';

/** Bindings of stored_fields.wgsl: what `fields` writes. */
export const storedFields: readonly Binding[] = [
  { name: 'x_fields', access: 'read', shape: '[N][C+L][H+1][Q] vec4f' },
  { name: 'z_fields', access: 'read', shape: '[N][C+L][SHIFTS][H][2Q] vec4f' },
];
