import type { Elements, MatrixSource } from './matrix-source.js';
import { mirroredTiles, type TilePair } from './matrix-tiles.js';

const { imul } = Math;

/**
 * A hash of a whole matrix, 64 bits of two MurmurHash3 lanes over its words: it tells matrices apart that differ by a
 * fault, a correction or a recomputation, and is no protection against forgery.
 */
export class Fingerprint {
  private a = 0x9747b28c;
  private b = 0x3c6ef372;
  private words = 0;

  add({ tile, mirrored }: Pick<TilePair, 'tile' | 'mirrored'>): void {
    this.addElements(tile);
    if (mirrored !== tile) this.addElements(mirrored);
  }

  private addElements(elements: Elements): void {
    const words = new Uint32Array(elements.buffer, elements.byteOffset, elements.byteLength / 4);
    let { a, b } = this;
    for (let i = 0; i < words.length; i++) {
      const word = words[i];
      let one = imul(word, 0xcc9e2d51);
      one = imul((one << 15) | (one >>> 17), 0x1b873593) ^ a;
      a = (imul((one << 13) | (one >>> 19), 5) + 0xe6546b64) | 0;
      let other = imul(word, 0x239b961b);
      other = imul((other << 16) | (other >>> 16), 0xab0e9789) ^ b;
      b = (imul((other << 19) | (other >>> 13), 5) + 0x561ccd1b) | 0;
    }
    this.a = a;
    this.b = b;
    this.words += words.length;
  }

  /** 16 digits. */
  toString(): string {
    return [this.a ^ this.words, this.b ^ this.words]
      .map((lane) => (mixed(lane) >>> 0).toString(16).padStart(8, '0'))
      .join('');
  }
}

/** The end of MurmurHash3: every bit depends on every bit. */
function mixed(hash: number): number {
  hash = imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

/** The fingerprint of a matrix that is read for this alone. @throws the signal's reason. */
export async function fingerprintOf(source: MatrixSource, signal?: AbortSignal): Promise<string> {
  const fingerprint = new Fingerprint();
  for await (const pair of mirroredTiles(source, signal)) fingerprint.add(pair);
  return fingerprint.toString();
}
