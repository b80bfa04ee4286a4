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
  readonly figures: readonly PaperFigure[];
  /** What the reader should know, a sentence each: what was run at reduced size, what did not converge. */
  readonly notes: readonly string[];
  /** What was wrong with the run or the data, as it was said on stderr. */
  readonly warnings?: readonly string[];
  /** Of the phases, in milliseconds. */
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

export type PaperFigure = CurvesFigure | HeatmapFigure;

export interface CurvesFigure {
  readonly kind: 'curves';
  /** Of the files: `EXPERIMENT-NAME.svg` and `.png`. */
  readonly name: string;
  readonly title: string;
  readonly x: FigureAxis;
  readonly y: FigureAxis;
  readonly series: readonly {
    readonly name: string;
    /** Dashed: published or predicted, not measured here. */
    readonly reference?: boolean;
    /** `low` and `high` are the ends of an error bar. */
    readonly points: readonly {
      readonly x: number;
      readonly y: number;
      readonly low?: number;
      readonly high?: number;
    }[];
  }[];
}

export interface FigureAxis {
  /** With its unit. */
  readonly label: string;
  readonly scale: 'linear' | 'log';
}

export interface HeatmapFigure {
  readonly kind: 'heatmap';
  readonly name: string;
  readonly title: string;
  /** What a cell's value is. */
  readonly label: string;
  /** Rows and columns of the matrix. */
  readonly size: number;
  /** [size][size] */
  readonly values: readonly number[];
  /** Name and first row of each group of rows, in order. */
  readonly groups: readonly { readonly name: string; readonly start: number }[];
}
