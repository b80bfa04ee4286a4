import type { ShaderContract } from '../../shaders/contract.js';
import { unrollLoops } from './unroll.js';

export type Constants = Readonly<Record<string, number>>;

/**
 * The complete WGSL of one shader: its linked text with its marked loops unrolled, and the constants of its contract as
 * `const` lines at the end, where they move no line that a message of the compiler names.
 *
 * @throws Error if `constants` does not name exactly the contract's constants.
 */
export function shaderCode(contract: ShaderContract, constants: Constants): string {
  const given = Object.keys(constants).sort().join(', ');
  const wanted = [...contract.constants].sort().join(', ');
  if (given !== wanted) {
    throw new Error(`shader ${contract.name}: constants given [${given}], its contract asks for [${wanted}]`);
  }
  const lines = contract.constants.map((name) => `const ${name} = ${constants[name]};\n`);
  return unrollLoops(contract.wgsl, constants) + lines.join('');
}
