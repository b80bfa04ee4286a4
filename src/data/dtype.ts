/** Arrays of numbers as they are kept in memory. */
export type DecodedArray =
  Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array | Float32Array | Float64Array;

/** An element type of arrays in files. */
export interface Dtype {
  /** NumPy's description: byte order (`<`, `>` or `|`), kind and size, as in `<f4`. */
  readonly descr: string;
  /** NumPy's name of it: uint8, float32, … */
  readonly name: string;
  readonly sizeBytes: number;
  /** Where whole arrays of it are kept; 64-bit integers become float64, exact below 2⁵³, float16 float32. */
  readonly Array: new (
    buffer: ArrayBufferLike | number,
    byteOffset?: number,
    length?: number,
  ) => DecodedArray;
  /** The bytes in the file are those of `Array` on this machine. */
  readonly native: boolean;
  /** The number at this byte; 64-bit integers are rounded to float64. */
  read(view: DataView, offset: number): number;
}

interface Kind {
  readonly sizeBytes: number;
  readonly Array: Dtype['Array'];
  read(view: DataView, offset: number, littleEndian: boolean): number;
}

const KINDS = new Map<string, Kind>([
  ['b1', { sizeBytes: 1, Array: Uint8Array, read: (view, at) => view.getUint8(at) }],
  ['u1', { sizeBytes: 1, Array: Uint8Array, read: (view, at) => view.getUint8(at) }],
  ['i1', { sizeBytes: 1, Array: Int8Array, read: (view, at) => view.getInt8(at) }],
  ['u2', { sizeBytes: 2, Array: Uint16Array, read: (view, at, little) => view.getUint16(at, little) }],
  ['i2', { sizeBytes: 2, Array: Int16Array, read: (view, at, little) => view.getInt16(at, little) }],
  ['u4', { sizeBytes: 4, Array: Uint32Array, read: (view, at, little) => view.getUint32(at, little) }],
  ['i4', { sizeBytes: 4, Array: Int32Array, read: (view, at, little) => view.getInt32(at, little) }],
  [
    'u8',
    { sizeBytes: 8, Array: Float64Array, read: (view, at, little) => Number(view.getBigUint64(at, little)) },
  ],
  [
    'i8',
    { sizeBytes: 8, Array: Float64Array, read: (view, at, little) => Number(view.getBigInt64(at, little)) },
  ],
  [
    'f2',
    { sizeBytes: 2, Array: Float32Array, read: (view, at, little) => float16(view.getUint16(at, little)) },
  ],
  ['f4', { sizeBytes: 4, Array: Float32Array, read: (view, at, little) => view.getFloat32(at, little) }],
  ['f8', { sizeBytes: 8, Array: Float64Array, read: (view, at, little) => view.getFloat64(at, little) }],
]);

/** Their values are computed from the bytes: no array here holds them as they are. */
const CONVERTED = ['i8', 'u8', 'f2'];

/** The value of a number of IEEE half precision: sign, five bits of exponent, ten of fraction. */
function float16(bits: number): number {
  const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023];
  const sign = bits >> 15 === 0 ? 1 : -1;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}

const KIND_NAMES: Readonly<Record<string, string>> = { u: 'uint', i: 'int', f: 'float' };

/** What `parseDtype` knows, for messages. */
export const KNOWN_DTYPES = [...KINDS.keys()].join(', ');

/** The byte order of this machine, in NumPy's notation. */
export const NATIVE_ORDER = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? '<' : '>';

/** The element type of this description, or undefined if it is none that is read here. */
export function parseDtype(descr: string): Dtype | undefined {
  const [order, code] = [descr.charAt(0), descr.slice(1)];
  const kind = KINDS.get(code);
  if (kind === undefined || !'<>|'.includes(order) || (order === '|' && kind.sizeBytes > 1)) return undefined;
  const little = order !== '>';
  return {
    descr,
    name: code === 'b1' ? 'bool' : `${KIND_NAMES[code.charAt(0)]}${8 * kind.sizeBytes}`,
    sizeBytes: kind.sizeBytes,
    Array: kind.Array,
    native: (kind.sizeBytes === 1 || order === NATIVE_ORDER) && !CONVERTED.includes(code),
    read: (view, offset) => kind.read(view, offset, little),
  };
}

/** Unsigned bytes: CIFAR-10, IDX. */
export const UINT8 = parseDtype('|u1')!;

/**
 * `length` numbers from byte `at` of the content; without a copy where byte order and alignment allow.
 *
 * The content is long enough: whoever opened it has checked its size.
 */
export function decodeNumbers(dtype: Dtype, content: Uint8Array, at: number, length: number): DecodedArray {
  const { sizeBytes } = dtype;
  if (dtype.native) {
    const byteOffset = content.byteOffset + at;
    if (byteOffset % sizeBytes === 0) return new dtype.Array(content.buffer, byteOffset, length);
    // Not content.slice: that of a Buffer is no copy.
    const copy = Uint8Array.from(content.subarray(at, at + length * sizeBytes));
    return new dtype.Array(copy.buffer, 0, length);
  }
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const numbers = new dtype.Array(length);
  for (let i = 0; i < length; i++) numbers[i] = dtype.read(view, at + i * sizeBytes);
  return numbers;
}
