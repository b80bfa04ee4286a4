import type { EncodedPicture } from './pictures/picture-stack.js';
import type { OpenArray } from './open-npy.js';

/** Columns of a Parquet file, as the hubs of data sets keep images. */
export interface ParquetTable {
  readonly count: number;
  /** The column of images. @throws InputError if there is none of this name, or none that holds pictures. */
  pictures(column: string | undefined): Promise<EncodedPicture[]>;
  /** The column of labels that is meant, if there is one. @throws InputError if several could be meant. */
  labelColumn(): string | undefined;
  /** A column of numbers, names, or lists of numbers. @throws InputError for anything else. */
  column(name: string): Promise<OpenArray>;
  /** Names of the classes of a column, as the hub says them in the file. */
  classNames(column: string): readonly string[] | undefined;
  close(): Promise<void>;
}
