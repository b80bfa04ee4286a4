// What the pictures are drawn from: numbers and names, without any layout.
export type Figure = CurvesFigure | HeatmapFigure | IntervalsFigure;

export interface CurvesFigure {
  readonly kind: 'curves';
  /** What the files are called after: `EXPERIMENT-NAME.svg` and `.png`. */
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
  /** What the axis shows, with its unit. */
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

/** Values of several series by name, a row each, such as accuracies with their intervals. */
export interface IntervalsFigure {
  readonly kind: 'intervals';
  readonly name: string;
  readonly title: string;
  readonly x: Pick<FigureAxis, 'label'>;
  /** Of the rows, from top to bottom. */
  readonly names: readonly string[];
  readonly series: readonly {
    readonly name: string;
    readonly reference?: boolean;
    /** [names]; null for a row that has no value. `low` and `high` are the ends of the bar. */
    readonly points: readonly ({
      readonly value: number;
      readonly low?: number;
      readonly high?: number;
    } | null)[];
  }[];
}
