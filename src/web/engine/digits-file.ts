import { parseDigits } from '../../data/digits-text.js';
import type { DataSet } from './data-set.js';

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
  const name = 'Handwritten digits';
  return { kind: 'digits', name, images, labels: labels!, classNames, notes: [], inkShare: 1 };
}

async function unpack(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return await new Response(stream).text();
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
