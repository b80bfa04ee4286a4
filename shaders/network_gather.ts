import type { ShaderContract } from './contract.js';
import { wgsl } from './linked/network_gather.js';

/**
 * The linear steps of the general executor. A window that a layer moves over an image is a product of one along the rows
 * and one along the columns, so it is two dispatches, each of which knows of its axis no more than a table. A tensor
 * [pairs][row elements][column elements] is seen as [outer][elements][inner]: outer the pairs and inner the column
 * elements along the rows, outer the pairs and row elements and inner 1 along the columns.
 */
export const contract: ShaderContract = {
  name: 'network_gather',
  wgsl,
  equation:
    'result[first + (o, e, i)] = gain Σ_{k of e} source[o][sources[k]][i] + bias + keep added[o][e][i]',
  bindings: [
    { name: 'starts', access: 'read', shape: '[outputs + 1] u32: first source of each output element' },
    { name: 'sources', access: 'read', shape: '[starts[outputs]] u32 < inputs' },
    { name: 'source', access: 'read', shape: '[outer][inputs][inner] f32' },
    { name: 'added', access: 'read', shape: '[outer][outputs][inner] f32; anything if keep is 0' },
    { name: 'result', access: 'read_write', shape: '[first], then [outer][outputs][inner] f32' },
  ],
  params: {
    lines: 'u32',
    inputs: 'u32',
    outputs: 'u32',
    inner: 'u32',
    gain: 'f32',
    bias: 'f32',
    keep: 'f32',
    first: 'u32',
  },
  constants: ['LINES'],
  workgroups: '⌈outputs·⌈lines/LINES⌉/64⌉ in all, in one or two dimensions',
  errorBound: '(34 + ⌈k/32⌉)·2⁻²⁴·(gain Σ |source| + |bias| + |keep added|) for k sources',
};

export const variants = [{ LINES: 4 }];

export interface NetworkGather {
  readonly starts: ArrayLike<number>; // [outputs + 1]
  readonly sources: ArrayLike<number>; // [starts[outputs]]
  readonly source: ArrayLike<number>; // [outer][inputs][inner]
  readonly added?: ArrayLike<number>; // [outer][outputs][inner]
  readonly outer: number;
  readonly inputs: number;
  readonly inner: number;
  readonly gain: number;
  readonly bias: number;
  readonly keep: number;
}

/** Float64 mirror. Returns result, [outer][outputs][inner]. */
export function mirror(input: NetworkGather): Float64Array {
  const { starts, sources, source, added, outer, inputs, inner, gain, bias, keep } = input;
  const outputs = starts.length - 1;
  const result = new Float64Array(outer * outputs * inner);
  for (let o = 0; o < outer; o++) {
    for (let e = 0; e < outputs; e++) {
      for (let i = 0; i < inner; i++) {
        let sum = 0;
        for (let k = starts[e]; k < starts[e + 1]; k++) sum += source[(o * inputs + sources[k]) * inner + i];
        const element = (o * outputs + e) * inner + i;
        result[element] = gain * sum + bias + (keep === 0 ? 0 : keep * added![element]);
      }
    }
  }
  return result;
}
