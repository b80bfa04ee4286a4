import type { Bytes } from './bytes.js';
import { crc32 } from './crc32.js';
import { latin1Text, utf8Text } from '../text/byte-text.js';

// The directory of a zip archive: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, sections 4.3 to 4.5. All
// numbers have their least byte first.

/** A member as the directory at the end of the archive lists it, with the names that the specification has. */
export interface ZipEntry {
  readonly name: string;
  readonly fileNameRaw: Uint8Array;
  readonly generalPurposeBitFlag: number;
  readonly compressionMethod: number;
  readonly crc32: number;
  readonly compressedSize: number;
  readonly uncompressedSize: number;
  readonly relativeOffsetOfLocalHeader: number;
}

/** The header before the data of a member; sizes that follow the data may be zeros. */
export interface LocalHeader extends Omit<ZipEntry, 'name' | 'relativeOffsetOfLocalHeader'> {
  readonly fileDataStart: number;
}

const END = 0x06054b50;
const END_BYTES = 22;
const LOCATOR = 0x07064b50;
const LOCATOR_BYTES = 20;
const END_64 = 0x06064b50;
const END_64_BYTES = 56;
const MEMBER = 0x02014b50;
const MEMBER_BYTES = 46;
const LOCAL = 0x04034b50;
const LOCAL_BYTES = 30;
const LONGEST_COMMENT = 0xffff;
/** What stands in place of a number that needs 64 bits. */
const BEYOND = 0xffffffff;

const STRONGLY_ENCRYPTED = 0x40;
const IS_UTF8 = 0x800;
/** Identifiers of extra fields. */
const ZIP64_FIELD = 1;
const UNICODE_PATH_FIELD = 0x7075;

/** The members of an archive. @throws Error saying where its directory is damaged; InputError */
export async function readDirectory(bytes: Bytes): Promise<ZipEntry[]> {
  const { count, at: start } = await findDirectory(bytes);
  const source = new BlockReader(bytes);
  const entries: ZipEntry[] = [];
  for (let at = start; entries.length < count;) {
    const view = await source.view(at, MEMBER_BYTES);
    assertSignature(view, MEMBER, 'central directory file header');
    const lengths = [28, 30, 32].map((field) => view.getUint16(field, true));
    const [nameBytes, extraBytes] = lengths;
    const length = lengths.reduce((sum, part) => sum + part, 0);
    const rest = await source.bytes(at + MEMBER_BYTES, length);
    const fields = {
      ...commonFields(view, 8),
      fileNameRaw: rest.slice(0, nameBytes),
      relativeOffsetOfLocalHeader: view.getUint32(42, true),
    };
    if ((fields.generalPurposeBitFlag & STRONGLY_ENCRYPTED) !== 0)
      throw new Error('strong encryption is not supported');
    const extra = extraFields(rest.subarray(nameBytes, nameBytes + extraBytes));
    entries.push({ ...withLongSizes(fields, extra), name: nameOf(fields, extra) });
    at += MEMBER_BYTES + length;
  }
  return entries;
}

/** @throws Error saying how it is damaged */
export async function readLocalHeader(bytes: Bytes, entry: ZipEntry): Promise<LocalHeader> {
  const source = new BlockReader(bytes);
  const at = entry.relativeOffsetOfLocalHeader;
  const view = await source.view(at, LOCAL_BYTES);
  assertSignature(view, LOCAL, 'local file header');
  const [nameBytes, extraBytes] = [view.getUint16(26, true), view.getUint16(28, true)];
  const fileDataStart = at + LOCAL_BYTES + nameBytes + extraBytes;
  const { compressedSize } = entry;
  if (fileDataStart + compressedSize > bytes.sizeBytes) {
    throw new Error(
      `file data overflows file bounds: ${fileDataStart} + ${compressedSize} > ${bytes.sizeBytes}`,
    );
  }
  const rest = await source.bytes(at + LOCAL_BYTES, nameBytes + extraBytes);
  const fields = { ...commonFields(view, 6), fileNameRaw: rest.subarray(0, nameBytes), fileDataStart };
  return withLongSizes(fields, extraFields(rest.subarray(nameBytes)));
}

/** Where the directory begins, and how many members it lists. */
async function findDirectory(bytes: Bytes): Promise<{ count: number; at: number }> {
  const { sizeBytes } = bytes;
  const tail = await bytes.read(
    Math.max(0, sizeBytes - LOCATOR_BYTES - END_BYTES - LONGEST_COMMENT),
    Math.min(sizeBytes, LOCATOR_BYTES + END_BYTES + LONGEST_COMMENT),
  );
  const view = viewOf(tail);
  let at = tail.length - END_BYTES;
  while (at >= 0 && view.getUint32(at, true) !== END) at--;
  if (at < 0) {
    throw new Error(
      'End of central directory record signature not found. Either not a zip file, or file is truncated.',
    );
  }
  const [comment, expected] = [view.getUint16(at + 20, true), tail.length - at - END_BYTES];
  if (comment !== expected) {
    throw new Error(
      `Invalid comment length. Expected: ${expected}. Found: ${comment}. Are there extra bytes at the end of the file?`,
    );
  }
  const locator = at - LOCATOR_BYTES;
  if (locator < 0 || view.getUint32(locator, true) !== LOCATOR) {
    assertOneDisk(view.getUint16(at + 4, true));
    return { count: view.getUint16(at + 10, true), at: view.getUint32(at + 16, true) };
  }
  const end = await new BlockReader(bytes).view(long(view, locator + 8), END_64_BYTES);
  assertSignature(end, END_64, 'zip64 end of central directory record');
  assertOneDisk(end.getUint32(16, true));
  return { count: long(end, 32), at: long(end, 48) };
}

function assertOneDisk(disk: number): void {
  if (disk !== 0) throw new Error(`multi-disk zip files are not supported: found disk number: ${disk}`);
}

function assertSignature(view: DataView, expected: number, what: string): void {
  const found = view.getUint32(0, true);
  if (found !== expected) throw new Error(`invalid ${what} signature: 0x${found.toString(16)}`);
}

/** What the header of a member and its entry in the directory have in common, from the flags on. */
function commonFields(view: DataView, at: number) {
  return {
    generalPurposeBitFlag: view.getUint16(at, true),
    compressionMethod: view.getUint16(at + 2, true),
    crc32: view.getUint32(at + 8, true),
    compressedSize: view.getUint32(at + 12, true),
    uncompressedSize: view.getUint32(at + 16, true),
  };
}

function extraFields(content: Uint8Array): Map<number, Uint8Array> {
  const fields = new Map<number, Uint8Array>();
  const view = viewOf(content);
  for (let at = 0; at < content.length - 3;) {
    const [id, length] = [view.getUint16(at, true), view.getUint16(at + 2, true)];
    const end = at + 4 + length;
    if (end > content.length) throw new Error('extra field length exceeds extra field buffer size');
    if (!fields.has(id)) fields.set(id, content.subarray(at + 4, end));
    at = end;
  }
  return fields;
}

/** The fields with those numbers that need 64 bits, which stand in an extra field in this order. */
function withLongSizes<
  Fields extends { uncompressedSize: number; compressedSize: number; relativeOffsetOfLocalHeader?: number },
>(fields: Fields, extra: ReadonlyMap<number, Uint8Array>): Fields {
  const zip64 = extra.get(ZIP64_FIELD);
  const names = ['uncompressedSize', 'compressedSize', 'relativeOffsetOfLocalHeader'] as const;
  const beyond = names.filter((name) => fields[name] === BEYOND);
  if (beyond.length === 0) return fields;
  if (zip64 === undefined) throw new Error('no zip64 sizes');
  const found: Partial<Record<(typeof names)[number], number>> = {};
  for (const [i, name] of beyond.entries()) {
    if (8 * i + 8 > zip64.length)
      throw new Error(`zip64 extended information extra field does not include ${name}`);
    found[name] = long(viewOf(zip64), 8 * i);
  }
  return { ...fields, ...found };
}

/** The second half of code page 437, in which names are that are not said to be UTF-8. */
const CODE_PAGE_437 =
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\xa0';

function nameOf(
  { generalPurposeBitFlag, fileNameRaw }: Pick<ZipEntry, 'generalPurposeBitFlag' | 'fileNameRaw'>,
  extra: ReadonlyMap<number, Uint8Array>,
): string {
  // Version 1, the checksum of the name it stands for, the name in UTF-8.
  const path = extra.get(UNICODE_PATH_FIELD);
  if (path !== undefined && path.length >= 5 && path[0] === 1) {
    if (viewOf(path).getUint32(1, true) === crc32(fileNameRaw)) return utf8Text(path.subarray(5));
  }
  if ((generalPurposeBitFlag & IS_UTF8) !== 0) return utf8Text(fileNameRaw);
  return latin1Text(fileNameRaw).replaceAll(/[\x80-\xff]/g, (character) =>
    CODE_PAGE_437.charAt(character.charCodeAt(0) - 128),
  );
}

function viewOf(content: Uint8Array): DataView {
  return new DataView(content.buffer, content.byteOffset, content.byteLength);
}

function long(view: DataView, at: number): number {
  return Number(view.getBigUint64(at, true));
}

const BLOCK_BYTES = 2 ** 16;

/** Reads a directory of many members in blocks, each of which serves many. */
class BlockReader {
  private block: Uint8Array = new Uint8Array(0);
  private blockAt = 0;

  constructor(private readonly source: Bytes) {}

  async bytes(at: number, length: number): Promise<Uint8Array> {
    const { sizeBytes } = this.source;
    if (!(at + length <= sizeBytes)) throw new Error('unexpected EOF');
    if (at < this.blockAt || at + length > this.blockAt + this.block.length) {
      this.block = await this.source.read(at, Math.min(Math.max(length, BLOCK_BYTES), sizeBytes - at));
      this.blockAt = at;
    }
    return this.block.subarray(at - this.blockAt, at - this.blockAt + length);
  }

  async view(at: number, length: number): Promise<DataView> {
    return viewOf(await this.bytes(at, length));
  }
}
