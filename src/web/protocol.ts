import type { Settings } from './settings.js';

// What the page and its worker tell each other. The worker holds the device, the images and the matrices; the page gets
// pictures and small results, so that it never has much to do.

/** Pictures side by side on one sheet, in rows of `columns`: a page draws one sheet sooner than a hundred pictures. */
export interface Pictures {
  readonly count: number;
  readonly columns: number;
  readonly rows: number;
  /** A PNG file. */
  readonly sheet: Blob;
}

/** A file that was dropped or chosen; its name has the folders before it that came with it. */
export interface PickedFile {
  readonly name: string;
  readonly blob: Blob;
}

/** What is known of the images before some are drawn for a run. */
export interface DataFacts {
  readonly kind: 'digits' | 'files';
  readonly name: string;
  readonly count: number;
  /** Images of a set of their own to test on; undefined where they are drawn from the others. */
  readonly testCount: number | undefined;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly classNames: readonly string[];
  /** Things to know, one sentence each. */
  readonly notes: readonly string[];
  /** Some of the images. */
  readonly samples: Pictures;
}

export interface AdapterFacts {
  readonly name: string;
  readonly vendor: string;
  readonly architecture: string;
  readonly software: boolean;
  readonly subgroupSize: number;
  /** Names and values as WebGPU has them, for those that planning depends on. */
  readonly limits: readonly (readonly [name: string, value: number])[];
}

/** What a run will take. */
export interface RunEstimate {
  readonly pairs: number;
  readonly elementLayersPerPair: number;
  /** By the speed measured on a few of the images. */
  readonly seconds: number;
  /** The matrices of all depths, bytes of the page's memory. */
  readonly hostBytes: number;
  /** Bytes on the device at the most; undefined where it is not planned beforehand. */
  readonly deviceBytes: number | undefined;
}

/** The images of a run, sorted by class; their order is that of the matrices. */
export interface RunImages {
  readonly train: Pictures;
  readonly test: Pictures;
  /** Indices into `classNames`. */
  readonly trainClasses: Int32Array<ArrayBuffer>;
  readonly testClasses: Int32Array<ArrayBuffer>;
  readonly classNames: readonly string[];
  /** Depths that are computed; one, 0, of a network that is no chain. */
  readonly depths: readonly number[];
  /** Whether digits may be drawn: pictures of one channel, with bright or with dark ink. */
  readonly canDraw: boolean;
}

/** Results at one depth. */
export interface DepthResult {
  readonly index: number;
  readonly accuracy: number;
  /** Class of each test image, [test]. */
  readonly predicted: Int32Array<ArrayBuffer>;
  /** [test][classes] */
  readonly scores: Float32Array<ArrayBuffer>;
}

/** The kernel matrix of the training images at one depth, in colours; what is not computed yet is transparent. */
export interface MatrixPicture {
  readonly index: number;
  /** One pixel stands for one image, or of many for every second, third, … */
  readonly size: number;
  readonly rgba: Uint8ClampedArray<ArrayBuffer>;
  /** Similarities of the darkest and the brightest colour. */
  readonly range: readonly [low: number, high: number];
}

/** A training image that speaks for a class: value of the kernel · coefficient of the image is its part of the score. */
export interface Speaker {
  readonly image: number;
  readonly kernel: number;
  readonly contribution: number;
}

/** What the classes have to say of an image: a score each, and the training images that speak loudest for it. */
export interface Speech {
  readonly predicted: number;
  readonly scores: readonly number[];
  /** [classes] */
  readonly speakers: readonly (readonly Speaker[])[];
}

export interface WorkProgress {
  readonly phase: 'train' | 'test' | 'solve';
  /** Share that is done, 0 … 1. */
  readonly share: number;
  readonly elementLayersPerSecond: number;
  readonly secondsLeft: number | undefined;
}

export type DownloadKind = 'train' | 'test' | 'train-labels' | 'test-labels';

export type ToWorker =
  | { readonly kind: 'open' }
  | { readonly kind: 'digits' }
  | { readonly kind: 'files'; readonly files: readonly PickedFile[] }
  | { readonly kind: 'describe'; readonly settings: Settings }
  | { readonly kind: 'run'; readonly settings: Settings; readonly shown: number }
  | { readonly kind: 'cancel' }
  | { readonly kind: 'show'; readonly index: number }
  | { readonly kind: 'explain'; readonly index: number; readonly image: number }
  /** Every drawing has a number; those that a newer one overtakes may stay without an answer. */
  | {
      readonly kind: 'classify';
      readonly index: number;
      readonly drawing: number;
      readonly ink: Float32Array;
    }
  | { readonly kind: 'download'; readonly index: number; readonly what: DownloadKind };

export type FromWorker =
  | { readonly kind: 'adapter'; readonly facts: AdapterFacts }
  | { readonly kind: 'no-webgpu'; readonly reason: string }
  | { readonly kind: 'data'; readonly facts: DataFacts }
  | { readonly kind: 'bad-data'; readonly message: string }
  | {
      readonly kind: 'network';
      readonly svg: string;
      readonly text: string;
      readonly remarks: readonly string[];
    }
  | { readonly kind: 'bad-network'; readonly message: string }
  | { readonly kind: 'estimate'; readonly estimate: RunEstimate | undefined }
  | { readonly kind: 'started'; readonly images: RunImages }
  | { readonly kind: 'progress'; readonly progress: WorkProgress }
  | { readonly kind: 'picture'; readonly picture: MatrixPicture }
  | { readonly kind: 'result'; readonly result: DepthResult }
  | { readonly kind: 'spectrum'; readonly index: number; readonly values: readonly number[] }
  | { readonly kind: 'done'; readonly seconds: number; readonly elementLayersPerSecond: number }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'lost'; readonly message: string }
  /** The run has ended by an error. */
  | { readonly kind: 'failed'; readonly message: string }
  /** Something else has: a run that goes on does so. */
  | { readonly kind: 'fault'; readonly message: string }
  | { readonly kind: 'speech'; readonly image: number; readonly speech: Speech }
  | {
      readonly kind: 'drawing';
      readonly drawing: number;
      /** Absent where there is nothing to say: no ink, no model, an error. */
      readonly speech: Speech | undefined;
      readonly elapsedMs: number;
    }
  | { readonly kind: 'file'; readonly name: string; readonly bytes: Uint8Array<ArrayBuffer> };
