import type { PickleReader } from './pickle-reader.js';

type Constant = null | boolean | never[] | Map<unknown, never>;
type Value = number | bigint | boolean | string | Uint8Array;

const code = (character: string): number => character.charCodeAt(0);
export const STOP = code('.');

/** Opcodes that push a value of their own. */
export const CONSTANTS = new Map<number, () => Constant>([
  [code('N'), () => null],
  [0x88, () => true],
  [0x89, () => false],
  [code(']'), () => []],
  [code(')'), () => []],
  [0x8f, () => []],
  [code('}'), () => new Map<unknown, never>()],
]);

/** Opcodes that push what follows them. */
export const VALUES = new Map<number, (reader: PickleReader) => Value>([
  [code('I'), (reader) => reader.integerLine()],
  [code('L'), (reader) => reader.integerLine()],
  [code('F'), (reader) => Number(reader.line())],
  [code('J'), (reader) => reader.long(4) | 0],
  [code('K'), (reader) => reader.byte()],
  [code('M'), (reader) => reader.long(2)],
  [code('G'), (reader) => reader.float()],
  [0x8a, (reader) => reader.integer(reader.byte())],
  [0x8b, (reader) => reader.integer(reader.long(4))],
  [code('S'), (reader) => reader.quotedLine()],
  [code('T'), (reader) => reader.bytes(reader.long(4))],
  [code('U'), (reader) => reader.bytes(reader.byte())],
  [code('B'), (reader) => reader.bytes(reader.long(4))],
  [code('C'), (reader) => reader.bytes(reader.byte())],
  [0x8e, (reader) => reader.bytes(reader.long(8))],
  [0x96, (reader) => reader.bytes(reader.long(8))],
  [code('V'), (reader) => reader.escapedLine()],
  [code('X'), (reader) => reader.text(reader.long(4))],
  [0x8c, (reader) => reader.text(reader.byte())],
  [0x8d, (reader) => reader.text(reader.long(8))],
]);

/** What opcodes do that no plain data needs. */
export const FORBIDDEN = new Map<number, string>([
  [code('P'), 'refers to something outside of the file'],
  [code('Q'), 'refers to something outside of the file'],
  [code('o'), 'makes an object of a class'],
  [0x81, 'makes an object of a class'],
  [0x92, 'makes an object of a class'],
  [0x82, 'uses a registered extension'],
  [0x83, 'uses a registered extension'],
  [0x84, 'uses a registered extension'],
  [0x97, 'keeps buffers outside of the file'],
]);
