import type { ShaderContract } from '../../shaders/contract.js';

/** A shader with one piece of its text replaced, under a name of its own, since compiled shaders are kept by name. */
export function plantedFault(
  contract: ShaderContract,
  fault: string,
  text: string,
  replacement: string,
): ShaderContract {
  expect(contract.wgsl).toContain(text);
  const wgsl = contract.wgsl.replace(text, replacement);
  return { ...contract, name: `${contract.name}_${fault}`, wgsl };
}
