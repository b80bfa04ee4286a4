import { decodeNumbers, parseDtype } from '../dtype.js';
import { latin1Text, latin1Bytes } from '../../text/byte-text.js';

// How NumPy pickles an array: a call that makes an empty one, and its state; with protocol 5 one call with everything.
// A Builder stands for such a function, or for what it has made, and knows what the next instruction makes of it.

/** An array of NumPy, as it lies in a pickle: elements row-major, or column-major. */
export class PickledArray {
  constructor(
    readonly descr: string,
    readonly shape: readonly number[],
    readonly columnMajor: boolean,
    /** Bytes of the elements, or the elements themselves where they are objects. */
    readonly content: Uint8Array | readonly unknown[],
  ) {}
}

/** A function that NumPy's pickles call, or the object it has made. */
export interface Builder {
  readonly isBuilder: true;
  call(args: readonly unknown[]): unknown;
  setState(state: unknown): unknown;
}

export function isBuilder(value: unknown): value is Builder {
  return typeof value === 'object' && value !== null && 'isBuilder' in value;
}

function builder(methods: Partial<Pick<Builder, 'call' | 'setState'>>): Builder {
  const refuse = () => {
    throw new Error('it uses a function of NumPy in an unknown way');
  };
  return { isBuilder: true, call: refuse, setState: refuse, ...methods };
}

/** A description of elements: `<f4`; of structured elements the byte order is that of their fields. */
class PickledType implements Builder {
  readonly isBuilder = true;

  constructor(
    private readonly kind: string,
    private readonly order = '|',
  ) {}

  get descr(): string {
    return this.order + this.kind;
  }

  call(): never {
    throw new Error('it calls a type of elements');
  }

  /** (version, order, subarray, names, fields, size, alignment, flags) */
  setState(state: unknown): PickledType {
    const [, order, subarray, names, , size] = Array.isArray(state) ? (state as unknown[]) : [];
    const text = textOf(order);
    if (text === undefined || !'<>|='.includes(text))
      throw new Error('the type of an array has no byte order');
    if (subarray !== null || names !== null)
      throw new Error('an array has structured elements; save one field of it');
    // Text of NumPy has its length in the state.
    const kind =
      /^[USV]\d*$/.test(this.kind) && typeof size === 'number' && size > 0
        ? this.kind.charAt(0) + String(this.kind.startsWith('U') ? size / 4 : size)
        : this.kind;
    return new PickledType(kind, text === '=' ? '<' : text);
  }
}

const TYPE = builder({
  call([kind]) {
    const text = textOf(kind);
    if (text === undefined) throw new Error('the type of an array has no name');
    return new PickledType(text);
  },
});

/** Its state: (version, shape, type, fortran order, content). */
const EMPTY_ARRAY = builder({
  setState(state) {
    const [, shape, type, fortran, content] = Array.isArray(state) ? (state as unknown[]) : [];
    return arrayOf(shape, type, fortran === true, content);
  },
});

const GLOBALS = new Map<string, Builder>();
for (const core of ['numpy.core', 'numpy._core']) {
  GLOBALS.set(`${core}.multiarray._reconstruct`, builder({ call: () => EMPTY_ARRAY }));
  GLOBALS.set(
    `${core}.multiarray.scalar`,
    builder({
      call([type, content]) {
        const { descr, content: bytes } = arrayOf([], type, false, content);
        const dtype = parseDtype(descr);
        if (dtype === undefined || !(bytes instanceof Uint8Array))
          throw new Error(`a number of type ${descr} is not read here`);
        return decodeNumbers(dtype, bytes, 0, 1)[0];
      },
    }),
  );
  GLOBALS.set(
    `${core}.numeric._frombuffer`,
    builder({
      call: ([content, type, shape, order]) => arrayOf(shape, type, textOf(order) === 'F', content),
    }),
  );
}
GLOBALS.set('numpy.ndarray', builder({}));
GLOBALS.set('numpy.dtype', TYPE);
// Bytes in protocols that have none.
GLOBALS.set(
  '_codecs.encode',
  builder({
    call([text]) {
      if (typeof text !== 'string') throw new Error('bytes are not written as text');
      return latin1Bytes(text);
    },
  }),
);
for (const module of ['builtins', '__builtin__']) {
  const bytes = builder({ call: ([content]) => (content === undefined ? new Uint8Array(0) : content) });
  for (const name of ['bytes', 'bytearray']) GLOBALS.set(`${module}.${name}`, bytes);
}
GLOBALS.set('collections.OrderedDict', builder({ call: () => new Map() }));

/** What stands for this name in a pickle of data; undefined if no pickle of data asks for it. */
export function arrayGlobal(name: string): Builder | undefined {
  return GLOBALS.get(name);
}

function arrayOf(shape: unknown, type: unknown, columnMajor: boolean, content: unknown): PickledArray {
  if (!(Array.isArray(shape) && shape.every((size) => Number.isSafeInteger(size) && (size as number) >= 0))) {
    throw new Error('an array has no shape');
  }
  if (!(type instanceof PickledType)) throw new Error('an array has no type of elements');
  const { descr } = type;
  const length = (shape as number[]).reduce((product, size) => product * size, 1);
  if (content instanceof Uint8Array) {
    const sizeBytes = parseDtype(descr)?.sizeBytes;
    if (sizeBytes !== undefined && content.length !== length * sizeBytes) {
      throw new Error(
        `an array of ${(shape as number[]).join('×')} of ${descr} takes ${length * sizeBytes} bytes, but has ${content.length}`,
      );
    }
  } else if (!Array.isArray(content) || content.length !== length) {
    throw new Error('an array has no content');
  }
  return new PickledArray(descr, shape as number[], columnMajor, content as Uint8Array | unknown[]);
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return value instanceof Uint8Array ? latin1Text(value) : undefined;
}
