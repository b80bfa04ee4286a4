import type { ImageStack } from '../../index.js';
import { parseDigits } from '../../data/digits-text.js';
import type { DataFacts } from '../protocol.js';
import { picturesOf } from './pictures.js';

/** Images with a class each, as a run takes them. */
export interface DataSet {
  readonly name: string;
  readonly images: ImageStack;
  /** [images], indices into `classNames`. */
  readonly labels: Int32Array;
  readonly classNames: readonly string[];
  readonly notes: readonly string[];
  /** The share of the side of a picture that a digit takes. */
  readonly inkShare: number;
}

/** Pictures that the page shows of a data set before a run. */
const SAMPLES = 48;
const DIGITS_FILE = 'digits.data';
const GZIP = [0x1f, 0x8b];

/** The digits that ship with the project, from the folder of the page. @throws Error if it does not answer; InputError */
export async function loadDigitsFile(): Promise<DataSet> {
  const response = await fetch(new URL(DIGITS_FILE, import.meta.url));
  if (!response.ok) throw new Error(`${DIGITS_FILE}: the server answers ${response.status}; reload the page`);
  const bytes = new Uint8Array(await response.arrayBuffer());
  // Some servers unpack it on the way.
  const isPacked = GZIP.every((byte, i) => bytes[i] === byte);
  const { images, labels } = parseDigits(DIGITS_FILE, isPacked ? await unpack(bytes) : decode(bytes));
  const classNames = Array.from({ length: 10 }, (_, digit) => String(digit));
  return { name: 'Handwritten digits', images, labels: labels!, classNames, notes: [], inkShare: 1 };
}

async function unpack(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return await new Response(stream).text();
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** What the page says of a data set. */
export function dataFacts({ name, images, classNames, notes }: DataSet): DataFacts {
  const { count, channels, height, width } = images;
  const step = Math.max(1, Math.floor(count / SAMPLES));
  const shown = Array.from({ length: Math.min(SAMPLES, count) }, (_, i) => i * step);
  const samples = picturesOf(images, shown);
  return { name, count, channels, height, width, classNames, notes, samples };
}
