import { createHash } from 'node:crypto';
import type { Computation } from './computation.js';

/** The name of a finished tile's file: `PLACE.SHA256.SEAL.npy`, or without the seal in the first version of the format. */
const TILE_FILE = /^((?:train|test|cross)-\d{4,10}-\d{4,10})\.([0-9a-f]{64})(?:\.([0-9a-f]{32}))?\.npy$/;

export interface TileFileName {
  /** `train-0003-0001` */
  readonly tile: string;
  /** SHA-256 of the file, which `sha256sum` gives. */
  readonly sha256: string;
  /** Binds the content to its place and computation; undefined in the first version of the format. */
  readonly seal: string | undefined;
}

export function parseTileFile(file: string): TileFileName | undefined {
  const parts = TILE_FILE.exec(file) as [string, string, string, string | undefined] | null;
  return parts === null ? undefined : { tile: parts[1], sha256: parts[2], seal: parts[3] };
}

export function tileFile(computation: Computation, tile: string, sha256: string): string {
  return `${tile}.${sha256}.${sealOf(computation, tile, sha256)}.npy`;
}

/**
 * A hash of everything that a tile's values depend on, its place, and its content: a tile that was copied to another
 * place, or from the store of another computation, does not carry it. It holds nothing of the machine, so that stores
 * of several can be merged.
 */
export function sealOf(computation: Computation, tile: string, sha256: string): string {
  const { kernels, imageShape, normalization, blocks, tileImages } = computation;
  const facts = [
    // A network's name says less than its layers.
    kernels.map((kernel) => ('network' in kernel ? [kernel.name, kernel.network] : kernel.name)),
    imageShape,
    normalization,
    blocks.map(({ name, rows, columns, rowsSha256, columnsSha256 }) => [
      name,
      rows,
      columns,
      rowsSha256,
      columnsSha256,
    ]),
    tileImages,
    tile,
    sha256,
  ];
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 32);
}
