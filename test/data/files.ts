import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputError } from '../../src/checks/input-error.js';

let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cntk-data-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** A path in a folder that lives as long as the running test. */
export function temporary(name = ''): string {
  return join(folder, name);
}

/** Writes a file there and gives its path. */
export async function put(name: string, content: Uint8Array | string): Promise<string> {
  await writeFile(temporary(name), content);
  return temporary(name);
}

/** Bytes of a .npy file with this header text, whether it is right or wrong. */
export function rawNpy(dictionary: string, data: Uint8Array, version = 1): Buffer {
  const header = Buffer.from(`${dictionary}\n`, version === 3 ? 'utf8' : 'latin1');
  const start = Buffer.alloc(version === 1 ? 10 : 12);
  start.write('\x93NUMPY', 'latin1');
  start[6] = version;
  if (version === 1) start.writeUInt16LE(header.length, 8);
  else start.writeUInt32LE(header.length, 8);
  return Buffer.concat([start, header, data]);
}

/** Bytes of a .npy file of an array. */
export function npy(descr: string, shape: readonly number[], data: Uint8Array | readonly number[]): Buffer {
  const axes = shape.map((size) => `${size},`).join(' ');
  const dictionary = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${axes}), }`;
  return rawNpy(dictionary, Uint8Array.from(data));
}

/** The bytes of a typed array. */
export function bytesOf(array: NodeJS.TypedArray): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

/** 0, 1, 2, … modulo 251, so that a shift by a power of two shows. */
export function ramp(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => i % 251);
}

/** The InputError that a promise must fail with; its message must hold all these pieces. */
export async function inputError(promise: Promise<unknown>, ...pieces: string[]): Promise<InputError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(InputError);
  for (const piece of pieces) expect((error as InputError).message).toContain(piece);
  return error as InputError;
}
