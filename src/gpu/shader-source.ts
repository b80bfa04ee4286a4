import { link } from 'wesl/core';
import type { ShaderContract } from '../../shaders/contract.js';
import { SHADER_SOURCES } from '../../shaders/sources.js';
import { unrollLoops } from './unroll.js';

export type Constants = Readonly<Record<string, number>>;

/**
 * The complete WGSL of one shader: its own file with its marked loops unrolled, what it imports from `shaders/shared`, and
 * the constants of its contract as `const` lines.
 *
 * @throws Error if `constants` does not name exactly the contract's constants.
 */
export async function linkShader(
  contract: ShaderContract,
  constants: Constants,
  sources: Readonly<Record<string, string>> = SHADER_SOURCES,
): Promise<string> {
  const given = Object.keys(constants).sort().join(', ');
  const wanted = [...contract.constants].sort().join(', ');
  if (given !== wanted) {
    throw new Error(`shader ${contract.name}: constants given [${given}], its contract asks for [${wanted}]`);
  }
  const file = `${contract.name}.wgsl`;
  const linked = await link({
    weslSrc: { ...sources, [file]: unrollLoops(sources[file], constants) },
    rootModuleName: contract.name,
    constants: { ...constants },
    sourceMap: false,
  });
  return linked.dest;
}
