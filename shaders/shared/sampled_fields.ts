import type { Binding } from '../contract.js';
import { storedFields } from './stored_fields.js';

/** Texels of a row, [rows][TEXELS]: a row is a multiple of the 256 bytes that a copy from a buffer wants. */
export const TEXELS = 2048;

/** Bindings of sampled_fields.wgsl: the contents of those of `stored_fields`, a vec4 a texel. */
export const sampledFields: readonly Binding[] = storedFields.map((binding) => ({
  ...binding,
  access: 'sampled',
}));
