import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const { resolve } = createRequire(import.meta.url);

/** Advance width of a character in units of the font's size. @param file Of the package dejavu-fonts-ttf. */
export function fontWidths(file: string): (character: string) => number {
  const font = readFileSync(resolve(`dejavu-fonts-ttf/ttf/${file}`));
  const tables = tablesOf(font);
  const unitsPerEm = font.readUInt16BE(tables.head + 18);
  const measured = font.readUInt16BE(tables.hhea + 34);
  const glyphOf = characterMap(font, tables.cmap);
  const known = new Map<string, number>();
  return (character) => {
    let width = known.get(character);
    if (width === undefined) {
      const glyph = Math.min(glyphOf(character.codePointAt(0)!), measured - 1);
      width = font.readUInt16BE(tables.hmtx + 4 * glyph) / unitsPerEm;
      known.set(character, width);
    }
    return width;
  };
}

function tablesOf(font: Buffer): Record<string, number> {
  const count = font.readUInt16BE(4);
  const entries = Array.from({ length: count }, (_, i) => 12 + 16 * i);
  return Object.fromEntries(
    entries.map((entry) => [font.toString('latin1', entry, entry + 4), font.readUInt32BE(entry + 8)]),
  );
}

/** Of format 4: segments of characters, each with a shift or a list of glyphs. */
function characterMap(font: Buffer, cmap: number): (code: number) => number {
  const entries = Array.from({ length: font.readUInt16BE(cmap + 2) }, (_, i) => cmap + 4 + 8 * i);
  const map = entries
    .map((entry) => cmap + font.readUInt32BE(entry + 4))
    .find((start) => font.readUInt16BE(start) === 4)!;
  const bytes = font.readUInt16BE(map + 6);
  return (code) => {
    for (let s = 0; s < bytes; s += 2) {
      const [end, start] = [font.readUInt16BE(map + 14 + s), font.readUInt16BE(map + 16 + bytes + s)];
      if (code > end) continue;
      if (code < start) return 0;
      const shift = font.readUInt16BE(map + 16 + 2 * bytes + s);
      const at = map + 16 + 3 * bytes + s;
      const offset = font.readUInt16BE(at);
      if (offset === 0) return (code + shift) & 0xffff;
      const glyph = font.readUInt16BE(at + offset + 2 * (code - start));
      return glyph === 0 ? 0 : (glyph + shift) & 0xffff;
    }
    return 0;
  };
}
