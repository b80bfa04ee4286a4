import type { FileMetaData, SchemaElement } from 'hyparquet';
import * as v from 'valibot';
import { parseJson } from '../files/json-file.js';
import type { Bytes } from './bytes.js';
import type { ArrayPlace } from './convert.js';
import { decodedArray, decodedBytes } from './decoded.js';
import type { OpenArray } from './open-npy.js';
import { listNames } from './pick-array.js';
import { textArray } from './text-array.js';
import { utf8Text } from '../text/byte-text.js';
import type { ParquetTable } from './parquet-table.js';

const IMAGE_NAMES = ['image', 'img', 'picture', 'images'];
const LABEL_NAMES = ['label', 'labels', 'fine_label', 'class', 'class_label', 'target', 'targets', 'y'];

/** @throws InputError if the file is cut off or damaged, or has no rows */
export async function openParquet(bytes: Bytes): Promise<ParquetTable> {
  const { parquetMetadataAsync, parquetReadObjects } = await import('hyparquet');
  const { compressors } = await import('hyparquet-compressors');
  const file = {
    byteLength: bytes.sizeBytes,
    slice: async (start: number, end = bytes.sizeBytes) => {
      const part = await bytes.read(start, Math.min(end, bytes.sizeBytes) - start);
      return part.buffer.slice(part.byteOffset, part.byteOffset + part.byteLength) as ArrayBuffer;
    },
  };
  const damaged = (error: unknown) =>
    bytes.error(
      `the Parquet file is cut off, damaged, or of a kind that is not read here (${(error as Error).message}); fetch it again`,
    );
  const metadata: FileMetaData = await parquetMetadataAsync(file).catch((error: unknown) => {
    throw damaged(error);
  });
  const count = Number(metadata.num_rows);
  if (count === 0) throw bytes.error('holds no rows');
  const columns = topLevel(metadata.schema);
  const names = columns.map(({ name }) => name);
  const read = async (name: string): Promise<unknown[]> => {
    if (!names.includes(name))
      throw bytes.error(`has no column ${JSON.stringify(name)}, only ${listNames(names)}`);
    const rows = await parquetReadObjects({
      file,
      metadata,
      columns: [name],
      compressors,
      utf8: false,
    }).catch((error: unknown) => {
      throw damaged(error);
    });
    await bytes.assertUnchanged();
    const values = rows.map((row) => row[name] as unknown);
    if (values.length !== count) throw damaged(new Error(`${values.length} rows of ${count}`));
    return values;
  };
  const placeOf = (member: string): ArrayPlace => ({ path: bytes.path, member });
  return {
    count,
    async pictures(column) {
      const name = column ?? imageColumn(bytes, columns);
      const values = await read(name);
      return values.map((value, row) => {
        const content = pictureBytes(value);
        const called = `${bytes.path}:${name}, row ${row}`;
        if (content === undefined) throw bytes.error(notPicture(name, row, value, names));
        return { name: called, read: () => Promise.resolve(content) };
      });
    },
    labelColumn() {
      return LABEL_NAMES.find((name) => names.includes(name)) ?? names.find((name) => /label/i.test(name));
    },
    async column(name) {
      return columnArray(await read(name), placeOf(name));
    },
    classNames: (column) => hubNames(metadata, column),
    close: () => bytes.close(),
  };
}

interface Column {
  readonly name: string;
  /** It has a field for the bytes of a picture. */
  readonly isStruct: boolean;
  readonly isBinary: boolean;
}

/** The columns of the table: the schema lists them with all below them, the deeper ones after their parent. */
function topLevel([, ...schema]: readonly SchemaElement[]): Column[] {
  const columns: Column[] = [];
  for (let i = 0; i < schema.length;) {
    const { name, type } = schema[i];
    let pending = schema[i].num_children ?? 0;
    const below: SchemaElement[] = [];
    for (i++; pending > 0; i++) {
      below.push(schema[i]);
      pending += (schema[i].num_children ?? 0) - 1;
    }
    const isStruct = below.some((field) => field.name === 'bytes' && field.type === 'BYTE_ARRAY');
    columns.push({ name, isStruct, isBinary: type === 'BYTE_ARRAY' });
  }
  return columns;
}

function imageColumn(bytes: Bytes, columns: readonly Column[]): string {
  const structs = columns.filter(({ isStruct }) => isStruct);
  const named = (list: readonly Column[]) =>
    list.filter(({ name }) => IMAGE_NAMES.includes(name.toLowerCase()));
  const binary = named(columns.filter(({ isBinary }) => isBinary));
  const chosen = [named(structs), structs, binary].find((list) => list.length > 0) ?? [];
  if (chosen.length === 1) return chosen[0].name;
  const names = columns.map(({ name }) => name);
  if (chosen.length === 0) {
    throw bytes.error(
      `no column of pictures is among ${listNames(names)}; name it, as ${bytes.path}:${names[0]}`,
    );
  }
  throw bytes.error(
    `which of the columns ${listNames(chosen.map(({ name }) => name))} holds the images is not clear; name it, as ${bytes.path}:${chosen[0].name}`,
  );
}

/** The encoded picture in a cell: bytes alone, or `{ bytes, path }` as Hugging Face keeps it. */
function pictureBytes(value: unknown): Uint8Array | undefined {
  if (value instanceof Uint8Array) return value;
  const inner = typeof value === 'object' && value !== null && 'bytes' in value ? value.bytes : undefined;
  return inner instanceof Uint8Array ? inner : undefined;
}

function notPicture(column: string, row: number, value: unknown, names: readonly string[]): string {
  const path = typeof value === 'object' && value !== null && 'path' in value ? value.path : undefined;
  if (path != null) {
    return `row ${row} of column ${column} has no bytes, only the path ${JSON.stringify(asText(path) ?? '')}; save the data set with its pictures in it`;
  }
  const what = value == null ? 'is empty' : `is no picture`;
  return `row ${row} of column ${column} ${what}; columns are ${listNames(names)}`;
}

function columnArray(values: readonly unknown[], place: ArrayPlace): OpenArray {
  const error = (problem: string) => decodedBytes(place, new Uint8Array(0)).error(problem);
  const missing = values.findIndex((value) => value == null);
  if (missing >= 0) throw error(`row ${missing} is empty; every image needs a label`);
  const texts = values.map(asText);
  if (texts.every((text) => text !== undefined)) return textArray(texts, [texts.length], place);
  const lists = values.map((value) => (Array.isArray(value) ? value : [value]) as unknown[]);
  const width = lists[0].length;
  const ragged = lists.findIndex((list) => list.length !== width);
  if (ragged >= 0) {
    throw error(
      `row ${ragged} has ${lists[ragged].length} values, but row 0 has ${width}; lists of labels of several lengths are not read: save one column of 0 and 1 for each class`,
    );
  }
  const numbers = lists
    .flat()
    .map((value) => (typeof value === 'bigint' || typeof value === 'boolean' ? Number(value) : value));
  const wrong = numbers.findIndex((value) => typeof value !== 'number');
  if (wrong >= 0)
    throw error(`row ${Math.floor(wrong / width)} is no number and no text, but ${typeof numbers[wrong]}`);
  const { bytes, dtype } = decodedArray(place, Float64Array.from(numbers as number[]));
  return {
    bytes,
    header: {
      dtype,
      dataOffset: 0,
      columnMajor: false,
      shape: Array.isArray(values[0]) ? [values.length, width] : [values.length],
    },
  };
}

function asText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return value instanceof Uint8Array ? utf8Text(value) : undefined;
}

const hubSchema = v.looseObject({
  info: v.looseObject({
    features: v.record(v.string(), v.looseObject({ names: v.optional(v.array(v.string())) })),
  }),
});

/** What Hugging Face's `datasets` writes beside the schema: the names of a ClassLabel. */
function hubNames(
  { key_value_metadata: pairs = [] }: FileMetaData,
  column: string,
): readonly string[] | undefined {
  const text = pairs.find(({ key }) => key === 'huggingface')?.value;
  if (text === undefined) return undefined;
  try {
    return parseJson('huggingface', text, hubSchema).info.features[column].names;
  } catch {
    // Names are an ornament: without them classes are numbers.
    return undefined;
  }
}
