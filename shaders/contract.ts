/**
 * What a shader promises, written beside it: the equation, the bindings in order with their shapes, the parameters
 * of its uniform block, the constants it is specialised by, and an error bound. `src/gpu/program.ts` builds pipelines
 * and bind groups from a contract alone, so a shader and its contract cannot drift apart unnoticed.
 *
 * `shaders/NAME.ts` exports its `contract`, and `variants`: the sets of constants with which `npm run check` compiles
 * it (`[{}]` for a shader without constants).
 */

/** A number from the uniform block `params`, in order of declaration; every field is 4 bytes. */
export type ParameterType = 'u32' | 'i32' | 'f32';

export interface Binding {
  /** Name in the WGSL file and prefix of the buffer's label. */
  readonly name: string;
  /** `sampled`: a two-dimensional texture, a texel for each vec4f. */
  readonly access: 'read' | 'read_write' | 'sampled';
  /** Shape as a reader would write it, for example `[N][C][H][W] f32`. */
  readonly shape: string;
}

export interface ShaderContract {
  /** File stem of the .wgsl file beside the contract. */
  readonly name: string;
  /** The text of that file with what it imports, all but the constants: `linked/NAME.ts`, made by the build. */
  readonly wgsl: string;
  /** The equation that one dispatch computes. */
  readonly equation: string;
  /** Storage buffers and textures of group 0, bindings 0, 1, … in this order. */
  readonly bindings: readonly Binding[];
  /** Fields of the uniform block, bound after the storage buffers; empty: no uniform block. */
  readonly params: Readonly<Record<string, ParameterType>>;
  /** Names that the WGSL imports from `constants::`. */
  readonly constants: readonly string[];
  /** How many workgroups a dispatch needs, in words of the shapes above. */
  readonly workgroups: string;
  /** Largest error against the float64 mirror, with its reason. */
  readonly errorBound: string;
}

/** Values for a contract's parameters, by name. */
export type ParameterValues = Readonly<Record<string, number>>;
