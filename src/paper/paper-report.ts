import type { Figure } from '../figures/figure-types.js';

/** What one experiment of the paper leaves behind: all that its tables, pictures and the common page are made of. */
export interface PaperReport {
  /** The command's last word; also the name of the file. */
  readonly experiment: string;
  readonly title: string;
  /** What is reproduced: paper, section, table or theorem. */
  readonly source: string;
  /** The command that regenerates it. */
  readonly command: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly tables: readonly PaperTable[];
  readonly figures: readonly Figure[];
  /** What the reader should know, a sentence each: what was run at reduced size, what did not converge. */
  readonly notes: readonly string[];
  /** What was wrong with the run or the data, as it was said on stderr. */
  readonly warnings?: readonly string[];
  /** What the phases took, in milliseconds. */
  readonly timingsMs: Readonly<Record<string, number>>;
  /** Undefined where no device took part. */
  readonly device?: { readonly name: string; readonly backend: string; readonly description: string };
  readonly version: string;
  /** ISO 8601. */
  readonly finished: string;
}

/** Cells as they are shown; the numbers behind them belong into `data`. */
export interface PaperTable {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Each row with its numbers, for machines. */
  readonly data: readonly Readonly<Record<string, unknown>>[];
}
