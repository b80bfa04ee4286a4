import { InputError } from '../../checks/input-error.js';
import { loadLabels } from '../../data/labels.js';
import { formatShape } from '../../data/shape.js';
import { breather } from '../../signals/breather.js';
import { classesOf } from '../../regression/targets.js';
import { isFiniteNumber } from '../../regression/validate.js';
import { KernelFile } from './kernel-file.js';

export interface ProblemFiles {
  readonly kernel: string;
  readonly labels: string;
  readonly testKernel?: string;
  readonly testLabels?: string;
}

/** Matrices and labels that fit together; the matrices are open, and hardly read. */
export class SolveProblem implements AsyncDisposable {
  private constructor(
    readonly train: { readonly kernel: KernelFile; readonly labels: Int32Array },
    readonly test: { readonly kernel: KernelFile; readonly labels?: Int32Array } | undefined,
    /** What was read, with the name of an array that was chosen from an archive. */
    readonly files: ProblemFiles,
  ) {}

  /** @throws InputError naming the file that does not fit, and both shapes. */
  static async open(files: ProblemFiles): Promise<SolveProblem> {
    const opened: KernelFile[] = [];
    try {
      const kernel = await KernelFile.open(files.kernel);
      opened.push(kernel);
      const n = kernel.count;
      if (kernel.columns !== n) {
        throw new InputError(
          files.kernel,
          `the kernel of the training images is square, but this array is ${formatShape([n, kernel.columns])}`,
        );
      }
      const { labels, file } = await labelsOf(files.labels, n, `${files.kernel} is ${formatShape([n, n])}`);
      if (files.testKernel === undefined)
        return new SolveProblem({ kernel, labels }, undefined, { ...files, labels: file });
      const testKernel = await KernelFile.open(files.testKernel);
      opened.push(testKernel);
      const shape = formatShape([testKernel.count, testKernel.columns]);
      if (testKernel.columns !== n) {
        throw new InputError(
          files.testKernel,
          `is ${shape}, but ${files.kernel} is ${formatShape([n, n])}: a test kernel has one row per test image and ${n} columns`,
        );
      }
      const testLabels =
        files.testLabels === undefined
          ? undefined
          : await labelsOf(files.testLabels, testKernel.count, `${files.testKernel} is ${shape}`);
      return new SolveProblem(
        { kernel, labels },
        { kernel: testKernel, labels: testLabels?.labels },
        { ...files, labels: file, testLabels: testLabels?.file },
      );
    } catch (error) {
      for (const kernel of opened) await kernel[Symbol.asyncDispose]();
      throw error;
    }
  }

  get n(): number {
    return this.train.kernel.count;
  }

  /** Test images. */
  get m(): number {
    return this.test?.kernel.count ?? 0;
  }

  /** Labels of the training images, each once. */
  get classes(): number[] {
    return classesOf(this.train.labels);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.train.kernel[Symbol.asyncDispose]();
    await this.test?.kernel[Symbol.asyncDispose]();
  }
}

async function labelsOf(path: string, count: number, reason: string) {
  const { labels, file } = await loadLabels(path);
  if (labels.length === count) return { labels, file };
  throw new InputError(path, `holds ${labels.length} labels, but ${reason}: ${count} labels are needed`);
}

/** Elements that are looked at between two looks at the signal. */
const PIECE = 2 ** 22;

/** Reads a test kernel for this alone: what is no number is found before hours of solving. @throws InputError */
export async function assertFiniteRows(kernel: KernelFile, signal: AbortSignal): Promise<void> {
  const { count, columns, path } = kernel;
  const breathe = breather(signal);
  const piece = Math.max(1, Math.floor(PIECE / columns));
  for (let first = 0; first < count; first += piece) {
    const rows = await kernel.rows(first, Math.min(piece, count - first));
    for (let e = 0; e < rows.length; e++) {
      if (isFiniteNumber(rows[e])) continue;
      const where = `[${first + Math.floor(e / columns)}][${e % columns}]`;
      throw new InputError(path, `element ${where} is ${rows[e]}; every element must be a finite number`);
    }
    await breathe();
  }
}
