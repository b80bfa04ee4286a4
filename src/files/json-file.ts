import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import * as v from 'valibot';

/** No JSON file of this project comes near it; what is larger is some other file. */
const LARGEST_BYTES = 64 * 2 ** 20;

/** A JSON file does not hold what it should; the message says which field, what it holds and what belongs there. */
export class JsonError extends Error {
  override readonly name = 'JsonError';
}

/**
 * Parses JSON text and checks every field of it by a schema, so that nothing read from a disk is only cast.
 *
 * @param file Its name, for messages.
 * @throws JsonError naming the first field that does not fit, or where the text stops being JSON.
 */
export function parseJson<const S extends v.GenericSchema>(
  file: string,
  text: string,
  schema: S,
): v.InferOutput<S> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new JsonError(`${file}: is no JSON (${(error as Error).message})`, { cause: error });
  }
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  const field = v.getDotPath(issue);
  throw new JsonError(`${file}: ${field === null ? '' : `${field}: `}${issue.message}`);
}

/**
 * Reads a JSON file and checks it as `parseJson` does. Opening never waits, as it would for a named pipe.
 *
 * @throws JsonError as `parseJson`, and for what is no regular file or too large to be one of ours; the error of the
 * file system, with its `code`, if it cannot be opened.
 */
export async function readJson<const S extends v.GenericSchema>(
  file: string,
  schema: S,
): Promise<v.InferOutput<S>> {
  // Windows has no O_NONBLOCK, and needs none: undefined counts as 0 here.
  const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const status = await handle.stat();
    if (!status.isFile()) throw new JsonError(`${file}: is no regular file`);
    if (status.size > LARGEST_BYTES) {
      throw new JsonError(
        `${file}: has ${status.size} bytes; a file of this kind has at most ${LARGEST_BYTES}`,
      );
    }
    return parseJson(file, await handle.readFile('utf8'), schema);
  } finally {
    await handle.close();
  }
}
