import { latin1Text, latin1Bytes, utf8Text } from '../../text/byte-text.js';
/** The arguments of the opcodes of a pickle, one after the other. */
export class PickleReader {
  offset = 0;
  private readonly view: DataView;

  constructor(
    private readonly content: Uint8Array,
    private readonly error: (problem: string, offset: number) => Error,
  ) {
    this.view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  }

  byte(): number {
    return this.view.getUint8(this.take(1));
  }

  /** An unsigned integer of 2, 4 or 8 bytes, the least first. */
  long(sizeBytes: 2 | 4 | 8): number {
    const at = this.take(sizeBytes);
    if (sizeBytes === 2) return this.view.getUint16(at, true);
    return sizeBytes === 4 ? this.view.getUint32(at, true) : Number(this.view.getBigUint64(at, true));
  }

  float(): number {
    return this.view.getFloat64(this.take(8));
  }

  /** A signed integer of any size, the least byte first; beyond 2⁵³ as a bigint. */
  integer(sizeBytes: number): number | bigint {
    const bytes = this.bytes(sizeBytes);
    if (sizeBytes > 64) throw this.error(`an integer of ${sizeBytes} bytes`, this.offset);
    let value = 0n;
    for (let i = sizeBytes - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]);
    return exact(BigInt.asIntN(8 * sizeBytes, value));
  }

  /** A copy is not made. */
  bytes(length: number): Uint8Array {
    const at = this.take(length);
    return this.content.subarray(at, at + length);
  }

  text(length: number): string {
    return utf8Text(this.bytes(length));
  }

  line(): string {
    const end = this.content.indexOf(10, this.offset);
    if (end < 0) throw this.error('it is cut off: a line does not end', this.content.length);
    const text = latin1Text(this.content.subarray(this.offset, end));
    this.offset = end + 1;
    return text.replace(/\r$/, '');
  }

  decimal(): number {
    const at = this.offset;
    const line = this.line();
    if (/^\d{1,15}$/.test(line)) return Number(line);
    throw this.error(`${JSON.stringify(line.slice(0, 40))} is no number`, at);
  }

  /** `12`, `12L`; `00` and `01` are the truth values of protocol 0. */
  integerLine(): number | bigint | boolean {
    const at = this.offset;
    const line = this.line();
    if (line === '00' || line === '01') return line === '01';
    if (/^-?\d{1,40}L?$/.test(line)) return exact(BigInt(line.replace('L', '')));
    throw this.error(`${JSON.stringify(line.slice(0, 40))} is no integer`, at);
  }

  /** A string of Python 2, written as in a program: its bytes. */
  quotedLine(): Uint8Array {
    const at = this.offset;
    const inside = /^(['"])(.*)\1$/s.exec(this.line())?.[2];
    if (inside === undefined) throw this.error('a string is without its quotes', at);
    return latin1Bytes(unescapeBytes(inside));
  }

  /** Text of protocol 0, in which backslash and line feed are escaped. */
  escapedLine(): string {
    return this.line().replaceAll(/\\u([\da-f]{4})|\\U([\da-f]{8})/gi, (_, short?: string, long?: string) =>
      String.fromCodePoint(Number.parseInt((short ?? long)!, 16)),
    );
  }

  private take(length: number): number {
    const at = this.offset;
    if (!(at + length <= this.content.length)) {
      throw this.error(
        `it is cut off: ${length} bytes are to follow, but ${this.content.length - at} do`,
        this.content.length,
      );
    }
    this.offset += length;
    return at;
  }
}

function exact(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
  '0': '\0',
  '\\': '\\',
  "'": "'",
  '"': '"',
};

function unescapeBytes(text: string): string {
  return text.replaceAll(
    /\\(?:x([\da-f]{2})|([0-7]{1,3})|(.))/gis,
    (all: string, hex?: string, octal?: string, one?: string) => {
      if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 255);
      return ESCAPES[one!] ?? all;
    },
  );
}
