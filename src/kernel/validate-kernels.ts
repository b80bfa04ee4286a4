import { className } from '../checks/class-name.js';
import { ArgumentError, keysFault, shown } from '../checks/arguments.js';
import type { KernelSpec, Readout, Trained } from './kernel-spec.js';

/** Up to here sums stay within float32 at every image size, a factor of up to √2 per layer. */
export const MAX_DEPTH = 200;

/** A list of kernels that no run can compute; the message names the kernel, the value and the remedy. */
export class KernelSpecError extends Error {
  override readonly name = 'KernelSpecError';
}

/**
 * Checks a run's list of kernels before anything is planned.
 *
 * @param shape height and width of the images, in pixels
 * @throws KernelSpecError if the list is empty, a kernel is repeated, a depth, kernel, read-out or `trained` is unknown
 *   or out of range, the NTK of hidden layers is asked of a network without hidden layers (depth 2, where it is
 *   identically zero: paper, section H), or the shape holds no pixel; ArgumentError if it is no object
 */
export function validateKernels(
  kernels: readonly KernelSpec[],
  shape: { readonly height: number; readonly width: number },
): void {
  if (typeof shape !== 'object' || (shape as unknown) === null) {
    throw new ArgumentError(`the shape of the images is ${className(shape)}; { height, width } is wanted`);
  }
  for (const [name, value] of Object.entries({ height: shape.height, width: shape.width })) {
    if (!(Number.isInteger(value) && value >= 1)) {
      throw new KernelSpecError(`image ${name} ${value}: an integer of at least 1 is needed`);
    }
  }
  if (!Array.isArray(kernels)) {
    throw new KernelSpecError(`kernels are ${className(kernels)}; an array of kernels is wanted`);
  }
  if (kernels.length === 0) {
    throw new KernelSpecError(
      'the list of kernels is empty: name at least one (kernel, depth, read-out, trained)',
    );
  }
  const positions = new Map<string, number>();
  for (const [position, spec] of (kernels as readonly KernelSpec[]).entries()) {
    const where = `kernel ${position + 1} of ${kernels.length}`;
    validateKernel(spec, where);
    const name = kernelName(spec);
    const first = positions.get(name);
    if (first !== undefined) {
      throw new KernelSpecError(`${where} repeats kernel ${first + 1} (${name}): name every kernel once`);
    }
    positions.set(name, position);
  }
}

/** The kernels of a run, checked, in a copy of its own. @throws KernelSpecError as `validateKernels` */
export function takeKernels(
  kernels: readonly KernelSpec[],
  shape: { readonly height: number; readonly width: number },
): readonly KernelSpec[] {
  validateKernels(kernels, shape);
  return kernels.map((spec) => ({ ...spec }));
}

/**
 * Reads a read-out as the command line spells it: `vanilla`, `gap` or `lap:c` with c an integer ≥ 0.
 *
 * @throws KernelSpecError for anything else
 */
export function parseReadout(text: string): Readout {
  if (text === 'vanilla' || text === 'gap') return text;
  const digits = typeof text === 'string' ? /^lap:(\d{1,9})$/.exec(text)?.[1] : undefined;
  if (digits === undefined) {
    throw new KernelSpecError(
      `unknown read-out ${shown(text)}: use vanilla, gap, or lap:c with an integer c ≥ 0, for example lap:4`,
    );
  }
  return `lap:${Number(digits)}`;
}

/**
 * Half-width c, in pixels, of the window that a read-out averages over: displacements q − p up to 2c count.
 * vanilla 0; lap:c c; gap max(height, width), from where on local average pooling is gap up to a constant (Li et al.
 * 2019, arXiv 1911.00809).
 *
 * @throws KernelSpecError if the read-out is unknown
 */
export function readoutRadius(readout: Readout, height: number, width: number): number {
  const parsed = parseReadout(readout);
  if (parsed === 'vanilla') return 0;
  if (parsed === 'gap') return Math.max(height, width);
  return Number(parsed.slice('lap:'.length));
}

/**
 * Name of a kernel for files and tables, such as `ntk-gap-d11-hidden`, `ntk-lap4-d11-all`, `nngp-vanilla-d3`.
 * Different kernels have different names.
 *
 * @throws KernelSpecError if the read-out is unknown
 */
export function kernelName(spec: KernelSpec): string {
  if (typeof spec !== 'object' || (spec as unknown) === null) {
    throw new KernelSpecError(
      `a kernel is ${className(spec)}; { kernel, depth, readout, trained } is wanted`,
    );
  }
  const stem = `${spec.kernel}-${parseReadout(spec.readout).replace(':', '')}-d${spec.depth}`;
  return spec.kernel === 'ntk' ? `${stem}-${spec.trained}` : stem;
}

/** The paper's setting: CNTK-V trains all layers, CNTK-GAP freezes the first and the last (sections 4 and H); LAP as GAP. */
export function defaultTrained(readout: Readout): Trained {
  return parseReadout(readout) === 'vanilla' ? 'all' : 'hidden';
}

const FIELDS: readonly string[] = ['kernel', 'depth', 'readout', 'trained'];

function validateKernel(spec: KernelSpec, where: string): void {
  // A caller without types, or a parsed file, can hold anything here.
  const fault = keysFault(where, spec, FIELDS);
  if (fault !== undefined) throw new KernelSpecError(fault);
  const { kernel, depth, readout, trained } = spec as Readonly<Record<keyof KernelSpec | 'trained', unknown>>;
  if (kernel !== 'ntk' && kernel !== 'nngp') {
    throw new KernelSpecError(`${where}: unknown kernel ${shown(kernel)}: use ntk or nngp`);
  }
  if (!(typeof depth === 'number' && Number.isSafeInteger(depth) && depth >= 2 && depth <= MAX_DEPTH)) {
    throw new KernelSpecError(
      `${where}: depth ${shown(depth)}: an integer from 2 to ${MAX_DEPTH} is needed (convolution layers + 1)`,
    );
  }
  try {
    parseReadout(readout as string);
  } catch (error) {
    throw new KernelSpecError(`${where}: ${(error as Error).message}`);
  }
  if (kernel === 'nngp') return;
  if (trained !== 'all' && trained !== 'hidden') {
    throw new KernelSpecError(`${where}: unknown trained ${shown(trained)}: use all or hidden`);
  }
  if (trained === 'hidden' && depth === 2) {
    throw new KernelSpecError(
      `${where} (${kernelName(spec)}): the NTK of the hidden layers is identically zero at depth 2, where the ` +
        'first layer and the last are the only ones: use depth 3 or more, or trained all',
    );
  }
}
