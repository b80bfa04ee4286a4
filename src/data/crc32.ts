import { builtinModule } from './builtin-module.js';

type Crc32 = (content: Uint8Array, before?: number) => number;

/** CRC-32 as zip archives have it; `before` is that of what comes before. Node's own where this runs on Node. */
export const crc32: Crc32 = builtinModule('zlib')?.crc32 ?? crc32ByScript;

const TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ (0xedb88320 & -(value & 1));
  return value;
});

export function crc32ByScript(content: Uint8Array, before = 0): number {
  let crc = ~before;
  for (let i = 0; i < content.length; i++) crc = (crc >>> 8) ^ TABLE[(crc ^ content[i]) & 255];
  return ~crc >>> 0;
}
