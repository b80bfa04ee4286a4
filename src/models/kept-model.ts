import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { assertText } from '../checks/arguments.js';
import { fileError, InputError } from '../checks/input-error.js';
import { readNpy, writeNpy, type NpyArray } from '../data/npy.js';
import { writeAtomically } from '../files/atomic-file.js';
import { formatJson } from '../files/format-json.js';
import { JsonError, readJson } from '../files/json-file.js';
import { packageVersion } from '../files/package-version.js';
import type { ImageStack } from '../images/images.js';
import type { KernelRequest } from '../planning/kernel-request.js';
import { requestOf } from '../store/computation-schema.js';
import {
  COEFFICIENTS_FILE,
  IMAGES_FILE,
  KERNEL_FILES,
  MODEL_FILE,
  MODEL_FORMAT,
  type ModelManifest,
} from './model-manifest.js';
import { modelSchema, versionSchema } from './model-format.js';
import { columnCount } from './model-targets.js';

/** The matrices that variances are computed from, [n][n]. */
export interface TrainingKernels {
  readonly kernel: Float32Array;
  /** The NNGP kernel beside an NTK: that of the networks before they are trained. */
  readonly prior?: Float32Array;
}

export function filesOf(hasKernel: boolean, hasPrior: boolean): string[] {
  const { kernel, prior } = KERNEL_FILES;
  const kernels = [...(hasKernel ? [kernel] : []), ...(hasPrior ? [prior] : [])];
  return [IMAGES_FILE, COEFFICIENTS_FILE, ...kernels, MODEL_FILE];
}

/** A fitted model: all that predictions of new images need. */
export class KeptModel {
  constructor(
    readonly manifest: ModelManifest,
    /** Training images, normalised. */
    readonly images: ImageStack,
    readonly coefficients: Float64Array, // [n][columns]
    readonly kernels?: TrainingKernels,
  ) {}

  get kernel(): KernelRequest {
    return requestOf(this.manifest.kernel);
  }

  /** Names of the files of the folder, the one that says what they are last. */
  get files(): string[] {
    return filesOf(this.kernels !== undefined, this.kernels?.prior !== undefined);
  }

  /** What is written for one of `files`, to this path. @throws OutputError */
  async write(name: string, path: string): Promise<void> {
    const { count, channels, height, width, data } = this.images;
    if (name === IMAGES_FILE) return writeNpy(path, [count, channels, height, width], data);
    if (name === COEFFICIENTS_FILE) {
      return writeNpy(path, [count, columnCount(this.manifest.targets)], this.coefficients);
    }
    if (name === KERNEL_FILES.kernel) return writeNpy(path, [count, count], this.kernels!.kernel);
    if (name === KERNEL_FILES.prior) return writeNpy(path, [count, count], this.kernels!.prior!);
    return writeAtomically(path, [formatJson(this.manifest)]);
  }

  /** Writes the model into a folder, which is made if need be. @throws OutputError */
  async save(folder: string): Promise<void> {
    assertText('the path of a folder', folder);
    await mkdir(folder, { recursive: true });
    for (const name of this.files) await this.write(name, join(folder, name));
  }

  /**
   * Reads a model from its folder, and checks that its files belong together.
   *
   * @throws InputError if it is none, is damaged, or was made by a version whose models are not read here
   */
  static async open(folder: string): Promise<KeptModel> {
    assertText('the path of a folder', folder);
    const file = join(folder, MODEL_FILE);
    const manifest = await readManifest(folder, file);
    const { count, imageShape, targets, sha256, statistics } = manifest;
    const [channels, height, width] = imageShape;
    const damaged = (name: string, problem: string) =>
      new InputError(join(folder, name), `${problem}; fit the model again, or copy its folder whole`);
    const k = columnCount(targets);
    if (statistics !== undefined && statistics.mean.length !== channels) {
      throw damaged(MODEL_FILE, `statistics of ${statistics.mean.length} channels for images of ${channels}`);
    }
    const images = await readArray(folder, IMAGES_FILE, '<f4', [count, ...imageShape]);
    const coefficients = await readArray(folder, COEFFICIENTS_FILE, '<f8', [count, k]);
    for (const [name, array, expected] of [
      [IMAGES_FILE, images, sha256.images],
      [COEFFICIENTS_FILE, coefficients, sha256.coefficients],
    ] as const) {
      const found = sha256Of(array.data);
      if (found !== expected)
        throw damaged(name, `its SHA-256 is ${found}, but ${MODEL_FILE} says ${expected}`);
    }
    const kernels = manifest.variance && (await readKernels(folder, manifest));
    const stack = { data: images.data as Float32Array, count, channels, height, width };
    return new KeptModel(manifest, stack, coefficients.data as Float64Array, kernels);
  }
}

async function readManifest(folder: string, file: string): Promise<ModelManifest> {
  try {
    const { formatVersion, version } = await readJson(file, versionSchema);
    if (formatVersion !== MODEL_FORMAT) {
      throw new InputError(
        file,
        `the model was made by version ${version} in format ${formatVersion}, but this is version ${packageVersion()}, which reads format ${MODEL_FORMAT}; fit it again, or predict with version ${version}`,
      );
    }
    return await readJson(file, modelSchema);
  } catch (error) {
    if (error instanceof JsonError) {
      throw new InputError(file, `${error.message.replace(`${file}: `, '')}; fit the model again`, {
        cause: error,
      });
    }
    if (
      (error as NodeJS.ErrnoException).code === 'ENOENT' ||
      (error as NodeJS.ErrnoException).code === 'ENOTDIR'
    ) {
      throw new InputError(
        folder,
        `holds no model: there is no ${MODEL_FILE} in it; name the folder of a model that was fitted`,
      );
    }
    throw fileError(file, error);
  }
}

async function readKernels(folder: string, { kernel, count }: ModelManifest): Promise<TrainingKernels> {
  const own = await readArray(folder, KERNEL_FILES.kernel, '<f4', [count, count]);
  const prior =
    kernel.kernel === 'ntk' ? await readArray(folder, KERNEL_FILES.prior, '<f4', [count, count]) : undefined;
  return { kernel: own.data as Float32Array, ...(prior && { prior: prior.data as Float32Array }) };
}

async function readArray(
  folder: string,
  name: string,
  descr: string,
  shape: readonly number[],
): Promise<NpyArray> {
  const file = join(folder, name);
  const array = await readNpy(file);
  const [found, expected] = [array, { descr, shape }].map((one) => `${one.shape.join('×')} of ${one.descr}`);
  if (found === expected) return array;
  throw new InputError(
    file,
    `is ${found}, but ${MODEL_FILE} says ${expected}; copy the folder of the model whole`,
  );
}

export function sha256Of(data: NpyArray['data']): string {
  return createHash('sha256')
    .update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    .digest('hex');
}
