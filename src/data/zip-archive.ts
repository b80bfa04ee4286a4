import { crc32 } from './crc32.js';
import { readDirectory, readLocalHeader, type LocalHeader, type ZipEntry } from './zip-directory.js';
import { memoryBytes, pieces, rangeBytes, type Bytes } from './bytes.js';
import { InputError } from '../checks/input-error.js';
import { LONGEST_HEADER } from './npy-header.js';
import type { RareMethod, RareMethods } from './rare-compression.js';
import { MOST_UNANNOUNCED, unpack } from './unpack.js';
import { shellWord } from '../text/shell-words.js';
import { hexText, latin1Text, utf8Text } from '../text/byte-text.js';

/** True for the first bytes of a zip archive, also of an empty one. */
export function isZip(start: Uint8Array): boolean {
  return ['PK\x03\x04', 'PK\x05\x06'].includes(latin1Text(start.subarray(0, 4)));
}

const STORED = 0;
const DEFLATED = 8;
const OTHERS: Partial<Record<number, string>> = {
  1: 'shrink',
  6: 'implode',
  9: 'Deflate64',
  12: 'bzip2',
  14: 'LZMA',
  93: 'Zstandard',
  95: 'XZ',
  98: 'PPMd',
  99: 'AES',
};
const ENCRYPTED = 1;
/** Sizes and checksum follow the data; the header before it may hold zeros. */
const SIZES_FOLLOW = 8;

/** A zip archive of which the directory is read; members are read when asked for. */
export class ZipArchive {
  private constructor(
    private readonly bytes: Bytes,
    private readonly rareMethods: RareMethods,
    /** The members of each name: a list, for nothing keeps two members from having one name. */
    private readonly entries: ReadonlyMap<string, readonly ZipEntry[]>,
    /** Where members begin, and the directory after them, ascending. */
    private readonly starts: readonly number[],
  ) {}

  /** @throws InputError if the directory at the end is missing or damaged. */
  static async open(bytes: Bytes, rareMethods: RareMethods): Promise<ZipArchive> {
    try {
      const entries = new Map<string, ZipEntry[]>();
      const starts: number[] = [];
      for (const entry of await readDirectory(bytes)) {
        const { name } = entry;
        const same = entries.get(name);
        if (same === undefined) entries.set(name, [entry]);
        else same.push(entry);
        starts.push(entry.relativeOffsetOfLocalHeader);
      }
      return new ZipArchive(
        bytes,
        rareMethods,
        entries,
        starts.sort((a, b) => a - b),
      );
    } catch (error) {
      throw damagedArchive(bytes, error);
    }
  }

  get names(): string[] {
    return [...this.entries.keys()];
  }

  /**
   * The content of a member: of a stored one a part of the archive, whose checksum is computed in one pass; of a
   * deflated one in memory, not more of it than `announced` says.
   *
   * @param array What messages call it, after the archive's name.
   * @param announced The size of the content, given its first bytes.
   * @param close Called when the content is closed.
   * @throws InputError if it is damaged, or packed in a way that is not read here
   */
  async member(
    name: string,
    array: string,
    announced: (start: Uint8Array, complete: boolean) => number,
    close: () => Promise<void>,
  ): Promise<Bytes> {
    const { bytes } = this;
    const place = { path: bytes.path, member: array, ...(bytes.gzip === true && { gzip: true }) };
    const damaged = (problem: string, cause?: unknown): InputError =>
      new InputError(`${bytes.file}:${array}`, `${problem}; fetch or save the archive again`, { cause });
    const list = this.entries.get(name) ?? [];
    if (list.length !== 1) {
      throw damaged(`the archive holds ${list.length} members called ${JSON.stringify(name)}, not one`);
    }
    const [entry] = list;
    this.assertReadable(entry, array);
    const start = await this.checkLocalHeader(entry, damaged);
    const { compressedSize, uncompressedSize, compressionMethod } = entry;
    if (compressionMethod === STORED && compressedSize !== uncompressedSize) {
      throw damaged(
        `the directory says ${compressedSize} bytes stored and ${uncompressedSize} unpacked, which differ though it is not packed`,
      );
    }
    const range = rangeBytes(bytes, place, start, compressedSize, close);
    let crc = 0;
    if (compressionMethod === STORED) {
      for await (const piece of pieces(range)) crc = crc32(piece, crc);
      this.assertChecksum(entry, crc, damaged);
      return range;
    }
    const other = this.rareMethods[compressionMethod];
    if (other !== undefined) {
      return {
        ...memoryBytes(place, await this.unpackRare(range, entry, other, announced, damaged), true),
        close,
      };
    }
    const limit = (head: Uint8Array, complete: boolean): number => {
      const sizeBytes = announced(head, complete);
      // More than there is to come: the reader of the header says what is missing.
      if (sizeBytes >= uncompressedSize) return uncompressedSize;
      throw damaged(
        `bytes are left over: its header announces ${sizeBytes} bytes, but the archive's directory ${uncompressedSize} unpacked bytes`,
      );
    };
    const { content, usedBytes } = await unpack(
      pieces(range),
      'raw',
      LONGEST_HEADER,
      limit,
      (problem, cause) =>
        damaged(problem.startsWith('is cut off') ? `the deflated data ${problem}` : problem, cause),
    );
    if (content.length !== uncompressedSize || usedBytes !== compressedSize) {
      throw damaged(
        `${usedBytes} packed bytes unpack to ${content.length} bytes, but the archive's directory says ${compressedSize} and ${uncompressedSize}`,
      );
    }
    this.assertChecksum(entry, crc32(content), damaged);
    await bytes.assertUnchanged();
    return { ...memoryBytes(place, content, true), close };
  }

  /** @throws InputError for a member that is whole, but that only other programs unpack */
  private assertReadable({ compressionMethod, generalPurposeBitFlag }: ZipEntry, array: string): void {
    const { path } = this.bytes;
    const refuse = (problem: string) => new InputError(`${this.bytes.file}:${array}`, problem);
    if ((generalPurposeBitFlag & ENCRYPTED) !== 0) {
      throw refuse(
        `is encrypted; unpack the archive with its password and name the .npy file in it: 7z x ${shellWord(path)}`,
      );
    }
    if ([STORED, DEFLATED].includes(compressionMethod) || this.rareMethods[compressionMethod] !== undefined)
      return;
    const other = OTHERS[compressionMethod] ?? 'an unknown method';
    throw refuse(
      `is compressed by ${other} (method ${compressionMethod}), which is not read here (stored members are, and those of ${this.readable}); unpack the archive and name the .npy file in it: 7z x ${shellWord(path)}`,
    );
  }

  private get readable(): string {
    const names = ['deflate', ...Object.values(this.rareMethods).flatMap((method) => method?.name ?? [])];
    return names.length === 1 ? names[0] : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
  }

  /** A member of a method of which the whole is unpacked at once, to the size that the directory says. */
  private async unpackRare(
    range: Bytes,
    entry: ZipEntry,
    { name, unpack: unpackAll }: RareMethod,
    announced: (start: Uint8Array, complete: boolean) => number,
    damaged: (problem: string, cause?: unknown) => InputError,
  ): Promise<Uint8Array> {
    const { uncompressedSize } = entry;
    if (!(uncompressedSize <= MOST_UNANNOUNCED)) {
      throw damaged(
        `is compressed by ${name} and unpacks to ${uncompressedSize} bytes, but ${MOST_UNANNOUNCED} is the most of that method`,
      );
    }
    const packed = await range.read(0, range.sizeBytes);
    let content: Uint8Array;
    try {
      content = await unpackAll(packed, uncompressedSize);
    } catch (error) {
      throw damaged(`the data of ${name} is cut off or damaged (${(error as Error).message})`, error);
    }
    if (content.length !== uncompressedSize) {
      throw damaged(
        `its data of ${name} unpacks to ${content.length} bytes, but the archive's directory says ${uncompressedSize}`,
      );
    }
    this.assertChecksum(entry, crc32(content), damaged);
    announced(content.subarray(0, LONGEST_HEADER), content.length <= LONGEST_HEADER);
    await this.bytes.assertUnchanged();
    return content;
  }

  /**
   * Compares the header before a member with its entry in the directory.
   *
   * @returns where the member's data begins
   */
  private async checkLocalHeader(entry: ZipEntry, damaged: (problem: string) => InputError): Promise<number> {
    let local: LocalHeader;
    try {
      local = await readLocalHeader(this.bytes, entry);
    } catch (error) {
      throw damaged(`its header is damaged (${(error as Error).message})`);
    }
    const follow = (local.generalPurposeBitFlag & SIZES_FOLLOW) !== 0;
    const pairs: [what: string, here: number, directory: number][] = [
      ['method', local.compressionMethod, entry.compressionMethod],
      ['encryption', local.generalPurposeBitFlag & ENCRYPTED, entry.generalPurposeBitFlag & ENCRYPTED],
      ['CRC-32', local.crc32, entry.crc32],
      ['packed size', local.compressedSize, entry.compressedSize],
      ['unpacked size', local.uncompressedSize, entry.uncompressedSize],
    ];
    for (const [index, [what, here, directory]] of pairs.entries()) {
      if (here === directory || (follow && here === 0 && index >= 2)) continue;
      throw damaged(`the header before it says ${what} ${here}, the archive's directory ${directory}`);
    }
    if (hexText(local.fileNameRaw) !== hexText(entry.fileNameRaw)) {
      throw damaged(`the header before it has another name, ${JSON.stringify(utf8Text(local.fileNameRaw))}`);
    }
    const end = local.fileDataStart + entry.compressedSize;
    const own = entry.relativeOffsetOfLocalHeader;
    const [at, next] = [firstFrom(this.starts, own), firstFrom(this.starts, own + 1)];
    if (next - at > 1 || this.starts[next] < end) {
      throw damaged(`its data, up to byte ${end}, overlaps that of another member`);
    }
    return local.fileDataStart;
  }

  private assertChecksum(entry: ZipEntry, crc: number, damaged: (problem: string) => InputError): void {
    if (crc === entry.crc32) return;
    const [found, expected] = [crc, entry.crc32].map((value) => value.toString(16).padStart(8, '0'));
    throw damaged(`is damaged: the CRC-32 of its content is ${found}, but the archive says ${expected}`);
  }
}

/** Index of the first of these ascending numbers that is not below `least`. */
function firstFrom(ascending: readonly number[], least: number): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle] < least) low = middle + 1;
    else high = middle;
  }
  return low;
}

function damagedArchive(bytes: Bytes, error: unknown): InputError {
  if (error instanceof InputError) return error;
  return bytes.error(
    `the zip archive is cut off or damaged (${(error as Error).message}, ${bytes.sizeBytes} bytes); fetch or save it again`,
  );
}
