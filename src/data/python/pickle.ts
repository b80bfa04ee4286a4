import { CONSTANTS, FORBIDDEN, STOP, VALUES } from './pickle-opcodes.js';
import { PickleReader } from './pickle-reader.js';
import { arrayGlobal, isBuilder, type Builder, type PickledArray } from './pickled-arrays.js';
import { latin1Text } from '../../text/byte-text.js';

/** What a pickle of data may hold; strings of Python 2 and bytes are both bytes. */
export type Pickled =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | readonly Pickled[]
  | ReadonlyMap<unknown, Pickled>
  | PickledArray;

/** Something that a pickle asks Python to import and call: nothing of it is executed. */
export class ForbiddenGlobalError extends Error {
  constructor(
    readonly global: string,
    readonly offset: number,
  ) {
    super(`it asks Python to call ${global}`);
  }
}

/** What is wrong with a pickle, and at which of its bytes. */
export class PickleError extends Error {
  constructor(
    problem: string,
    readonly offset: number,
  ) {
    super(problem);
  }
}

type Item = Pickled | Builder | Item[] | Map<unknown, Item>;

const MARK = Symbol('mark');
type Cell = Item | typeof MARK;

/**
 * Reads a pickle of protocol 0 to 5 that holds plain data: numbers, text, bytes, lists, tuples, dictionaries and arrays
 * of NumPy. A pickle is a program for a machine with a stack, and the reader is that machine with all instructions left
 * out that import or call anything: the few functions by which NumPy describes its arrays are known by name, and
 * stand for what they would make; every other name ends the reading.
 *
 * Opcodes as of Python's Lib/pickletools.py.
 *
 * @throws ForbiddenGlobalError, PickleError
 */
export function readPickle(content: Uint8Array): Pickled {
  return new Machine(new PickleReader(content, (problem, offset) => new PickleError(problem, offset))).run();
}

class Machine {
  private readonly stack: Cell[] = [];
  private readonly memo = new Map<number, Item>();

  constructor(private readonly reader: PickleReader) {}

  run(): Pickled {
    for (;;) {
      const at = this.reader.offset;
      const opcode = this.reader.byte();
      if (opcode === STOP) return plain(this.pop(at), at);
      this.step(opcode, at);
    }
  }

  private step(opcode: number, at: number): void {
    const { reader } = this;
    const constant = CONSTANTS.get(opcode);
    if (constant !== undefined) {
      this.push(constant());
      return;
    }
    const read = VALUES.get(opcode);
    if (read !== undefined) {
      this.push(read(reader));
      return;
    }
    switch (String.fromCharCode(opcode)) {
      case '\x80': {
        const protocol = reader.byte();
        if (protocol > 5) throw new PickleError(`its protocol is ${protocol}; 0 to 5 are known`, at);
        return;
      }
      case '\x95':
        reader.long(8);
        return;
      case '(':
        this.stack.push(MARK);
        return;
      case '0':
        this.stack.pop();
        return;
      case '1':
        this.toMark(at);
        return;
      case '2': {
        const top = this.pop(at);
        this.push(top, top);
        return;
      }
      case 'g':
        this.recall(reader.decimal(), at);
        return;
      case 'h':
        this.recall(reader.byte(), at);
        return;
      case 'j':
        this.recall(reader.long(4), at);
        return;
      case 'p':
        this.remember(reader.decimal(), at);
        return;
      case 'q':
        this.remember(reader.byte(), at);
        return;
      case 'r':
        this.remember(reader.long(4), at);
        return;
      case '\x94':
        this.remember(this.memo.size, at);
        return;
      case 'l':
      case 't':
      case '\x91':
        this.push(this.toMark(at));
        return;
      case 'd':
        this.push(entries(this.toMark(at), new Map(), at));
        return;
      case '\x85':
      case '\x86':
      case '\x87': {
        const length = opcode - 0x84;
        this.push(Array.from({ length }, () => this.pop(at)).reverse());
        return;
      }
      case 'a': {
        const item = this.pop(at);
        this.list(at).push(item);
        return;
      }
      case 'e':
      case '\x90': {
        const items = this.toMark(at);
        const list = this.list(at);
        for (const item of items) list.push(item);
        return;
      }
      case 's': {
        const value = this.pop(at);
        const key = this.pop(at);
        entries([key, value], this.dict(at), at);
        return;
      }
      case 'u': {
        const items = this.toMark(at);
        entries(items, this.dict(at), at);
        return;
      }
      case 'c':
        this.push(this.global(`${reader.line()}.${reader.line()}`, at));
        return;
      case '\x93': {
        const name = this.pop(at);
        const module = this.pop(at);
        this.push(this.global(`${asText(module)}.${asText(name)}`, at));
        return;
      }
      case 'R': {
        const args = this.pop(at);
        this.push(this.build(this.pop(at), (builder) => builder.call(listOf(args, at)), at));
        return;
      }
      case 'b': {
        const state = this.pop(at);
        this.push(this.build(this.pop(at), (builder) => builder.setState(state), at));
        return;
      }
      case '\x98':
        return;
      case 'i':
        throw new ForbiddenGlobalError(`${reader.line()}.${reader.line()}`, at);
      default: {
        const what = FORBIDDEN.get(opcode);
        if (what !== undefined) throw new PickleError(`it ${what}, which plain data does not`, at);
        throw new PickleError(`${opcode} is no opcode of a pickle`, at);
      }
    }
  }

  private global(name: string, at: number): Item {
    const known = arrayGlobal(name);
    if (known === undefined) throw new ForbiddenGlobalError(name, at);
    return known;
  }

  private build(target: Item, how: (builder: Builder) => unknown, at: number): Item {
    if (!isBuilder(target)) throw new PickleError('it calls what is no part of an array of NumPy', at);
    try {
      return how(target) as Item;
    } catch (error) {
      throw new PickleError((error as Error).message, at);
    }
  }

  private push(...items: readonly Item[]): void {
    this.stack.push(...items);
  }

  private pop(at: number): Item {
    const top = this.stack.pop();
    if (top === undefined || top === MARK)
      throw new PickleError('its stack is empty where it must not be', at);
    return top;
  }

  private toMark(at: number): Item[] {
    const mark = this.stack.lastIndexOf(MARK);
    if (mark < 0) throw new PickleError('a mark is missing on its stack', at);
    return this.stack.splice(mark).slice(1) as Item[];
  }

  private top(at: number): Item {
    const item = this.pop(at);
    this.stack.push(item);
    return item;
  }

  private list(at: number): Item[] {
    const top = this.top(at);
    if (!Array.isArray(top)) throw new PickleError('it appends to what is no list', at);
    return top;
  }

  private dict(at: number): Map<unknown, Item> {
    const top = this.top(at);
    if (!(top instanceof Map)) throw new PickleError('it adds entries to what is no dictionary', at);
    return top;
  }

  private recall(key: number, at: number): void {
    const item = this.memo.get(key);
    if (item === undefined) throw new PickleError(`nothing was remembered as ${key}`, at);
    this.push(item);
  }

  private remember(key: number, at: number): void {
    this.memo.set(key, this.top(at));
  }
}

function listOf(item: Item, at: number): readonly unknown[] {
  if (Array.isArray(item)) return item;
  throw new PickleError('it calls something without a tuple of arguments', at);
}

function asText(item: Item): string {
  return typeof item === 'string' ? item : item instanceof Uint8Array ? latin1Text(item) : '?';
}

/** Keys of Python 2 are bytes; here every key that can be text is. */
function entries(items: readonly Item[], dict: Map<unknown, Item>, at: number): Map<unknown, Item> {
  if (items.length % 2 === 1) throw new PickleError('a key is without a value', at);
  for (let i = 0; i < items.length; i += 2) {
    const key = items[i];
    dict.set(key instanceof Uint8Array ? asText(key) : key, items[i + 1]);
  }
  return dict;
}

function plain(item: Item, at: number): Pickled {
  if (isBuilder(item)) throw new PickleError('it ends with a function in place of data', at);
  return item as Pickled;
}
