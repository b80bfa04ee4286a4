import { ArgumentError, assertKeys, assertText } from '../../checks/arguments.js';
import { InputError } from '../../checks/input-error.js';
import { loadLabels } from '../../data/labels.js';
import { formatShape } from '../../data/shape.js';
import { breather } from '../../signals/breather.js';
import { classesOf } from '../targets.js';
import { isFiniteNumber } from '../validate.js';
import { assertMemory, KernelFile } from './kernel-file.js';

export interface ProblemFiles {
  /** [n][n], .npy or .npz, float32 or float64. */
  readonly kernel: string;
  /** [n] */
  readonly labels: string;
  /** [m][n], test image by training image. */
  readonly testKernel?: string;
  /** [m], for the accuracy. */
  readonly testLabels?: string;
}

/**
 * Matrices and labels in files that fit together; the matrices are open, and hardly read. They are closed at the end of
 * the scope of `await using problem = await SolveProblem.open(files)`.
 */
export class SolveProblem implements AsyncDisposable {
  private isChecked = false;

  private constructor(
    readonly train: { readonly kernel: KernelFile; readonly labels: Int32Array },
    readonly test: { readonly kernel: KernelFile; readonly labels?: Int32Array } | undefined,
    /** What was read, with the name of an array that was chosen from an archive. */
    readonly files: ProblemFiles,
  ) {}

  /** @throws InputError naming the file that does not fit, and both shapes; ArgumentError. */
  static async open(files: ProblemFiles): Promise<SolveProblem> {
    assertFiles(files);
    return SolveProblem.openFiles(files);
  }

  /** Opens files whose names are right. @throws InputError */
  static async openFiles(files: ProblemFiles): Promise<SolveProblem> {
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

  /**
   * Looks for what would be found after hours of solving only: too little memory, and elements of the test kernel that
   * are no numbers. A second look costs nothing.
   *
   * @throws MemoryError; InputError; the signal's reason
   */
  async check(signal?: AbortSignal): Promise<void> {
    if (this.isChecked) return;
    const { n, m, train, test } = this;
    const k = this.classes.length;
    // Targets, coefficients and what the iteration starts from; the scores.
    assertMemory(
      train.kernel.memoryBytes + 4 * 8 * k * n + 8 * k * m,
      `a kernel of ${n} rows and ${k} classes`,
    );
    signal?.throwIfAborted();
    if (test) await assertFiniteRows(test.kernel, signal);
    this.isChecked = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.train.kernel[Symbol.asyncDispose]();
    await this.test?.kernel[Symbol.asyncDispose]();
  }
}

function assertFiles(files: ProblemFiles): void {
  const where = 'SolveProblem.open';
  assertKeys(where, files, ['kernel', 'labels', 'testKernel', 'testLabels']);
  const { kernel, labels, testKernel, testLabels } = files;
  assertText(`${where}: kernel`, kernel);
  assertText(`${where}: labels`, labels);
  if (testKernel !== undefined) assertText(`${where}: testKernel`, testKernel);
  if (testLabels !== undefined) assertText(`${where}: testLabels`, testLabels);
  if (testLabels !== undefined && testKernel === undefined)
    throw new ArgumentError(`${where}: testLabels are given, but no testKernel`);
}

async function labelsOf(path: string, count: number, reason: string) {
  const { labels, file } = await loadLabels(path);
  if (labels.length === count) return { labels, file };
  throw new InputError(path, `holds ${labels.length} labels, but ${reason}: ${count} labels are needed`);
}

/** Elements that are looked at between two looks at the signal. */
const PIECE = 2 ** 22;

/** Reads a test kernel for this alone: what is no number is found before hours of solving. @throws InputError */
async function assertFiniteRows(kernel: KernelFile, signal: AbortSignal | undefined): Promise<void> {
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
