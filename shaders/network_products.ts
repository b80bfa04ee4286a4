import type { ShaderContract } from './contract.js';
import { wgsl } from './linked/network_products.js';

/**
 * First step of the general executor. An *element* of an axis is a pair of positions (p, q) on it, of those that a plan
 * needs; a tensor of a pair of images has an element of the rows × an element of the columns.
 */
export const contract: ShaderContract = {
  name: 'network_products',
  wgsl,
  equation: 'sigma[pair][e][f] = Σ_c x_c(p) z_c(q),  p and q from rows[e] and columns[f]',
  bindings: [
    { name: 'x_images', access: 'read', shape: '[Nx][C][H][W] f32' },
    { name: 'z_images', access: 'read', shape: '[Nz][C][H][W] f32' },
    { name: 'pairs', access: 'read', shape: '[pairs] vec2u: image of x, image of z' },
    { name: 'rows', access: 'read', shape: '[row_elements] vec2u (p, q)' },
    { name: 'columns', access: 'read', shape: '[column_elements] vec2u (p, q)' },
    { name: 'sigma', access: 'read_write', shape: '[pairs][row_elements][column_elements] f32' },
  ],
  params: {
    pairs: 'u32',
    row_elements: 'u32',
    column_elements: 'u32',
    channels: 'u32',
    height: 'u32',
    width: 'u32',
  },
  constants: ['PAIRS'],
  workgroups: '⌈elements·⌈pairs/PAIRS⌉/64⌉ in all, elements of rows × columns, in one or two dimensions',
  errorBound: 'C·2⁻²⁴·Σ_c |x_c z_c|: a sum of C products',
};

export const variants = [{ PAIRS: 4 }];

export interface NetworkProducts {
  readonly x: ArrayLike<number>; // [Nx][C][H][W]
  readonly z: ArrayLike<number>; // [Nz][C][H][W]
  readonly pairs: readonly (readonly [number, number])[];
  readonly rows: readonly (readonly [number, number])[]; // (p, q)
  readonly columns: readonly (readonly [number, number])[]; // (p, q)
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/** Float64 mirror. Returns sigma, [pairs][row_elements][column_elements]. */
export function mirror(input: NetworkProducts): Float64Array {
  const { x, z, pairs, rows, columns, channels, height, width } = input;
  const pixels = height * width;
  const sigma = new Float64Array(pairs.length * rows.length * columns.length);
  let element = 0;
  for (const [i, j] of pairs) {
    for (const [rowP, rowQ] of rows) {
      for (const [columnP, columnQ] of columns) {
        for (let c = 0; c < channels; c++) {
          sigma[element] +=
            x[(i * channels + c) * pixels + rowP * width + columnP] *
            z[(j * channels + c) * pixels + rowQ * width + columnQ];
        }
        element++;
      }
    }
  }
  return sigma;
}
