import { ArgumentError, assertCount, shown } from '../checks/arguments.js';

/** Where the kernels of one run stand: rows × columns of images, in square or symmetric form. */
export interface GramShape {
  readonly rows: number;
  readonly columns: number;
  /** Rows and columns are the same images: only pairs i ≥ j are computed. */
  readonly symmetric: boolean;
}

/** The matrices of a regression: train × train, and test × train if there are test images. */
export function regressionGrams(train: number, test: number): GramShape[] {
  const grams = [{ rows: train, columns: train, symmetric: true }];
  if (test > 0) grams.push({ rows: test, columns: train, symmetric: false });
  return grams;
}

/** Pairs that a run computes. @throws ArgumentError */
export function pairCount(shape: GramShape): number {
  assertGramShape(shape);
  const { rows, columns, symmetric } = shape;
  return symmetric ? (rows * (rows + 1)) / 2 : rows * columns;
}

/** @throws ArgumentError */
export function assertGramShape(shape: unknown): void {
  const { rows, columns, symmetric } = (shape ?? {}) as Partial<GramShape>;
  assertCount('rows', rows, 0);
  assertCount('columns', columns, 0);
  if (typeof symmetric !== 'boolean' || (symmetric && rows !== columns)) {
    throw new ArgumentError(
      `symmetric is ${shown(symmetric)} for ${rows} rows and ${columns} columns; true is wanted where rows and columns ` +
        'are the same images, else false',
    );
  }
}
