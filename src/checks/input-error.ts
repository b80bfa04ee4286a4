/**
 * Something is wrong with what the user gave: a file, its content, or a count that asks for more than there is.
 * The command line prints the message alone and exits with status 2.
 */
export class InputError extends Error {
  override readonly name = 'InputError';
  /** The file at fault, as the user named it (with the array's name for a member of an .npz archive). */
  readonly file: string;
  /** Byte where the trouble starts, in the file, or in its unpacked content if the file is compressed. */
  readonly offset: number | undefined;
  /** The option of the command line that settles it, with its values, as `layout nchw|nhwc`; the message names none. */
  readonly option: string | undefined;

  /** @param problem What is wrong, with the values that disagree, and what to do about it. */
  constructor(
    file: string,
    problem: string,
    where: { offset?: number; unpacked?: boolean; option?: string; cause?: unknown } = {},
  ) {
    const { offset, unpacked, option, cause } = where;
    const at = offset === undefined ? '' : `, byte ${offset}${unpacked ? ' of the unpacked content' : ''}`;
    super(`${file}${at}: ${problem}`, { cause });
    this.file = file;
    this.offset = offset;
    this.option = option;
  }
}

const REASONS: Partial<Record<string, string>> = {
  ENOENT: 'no such file; check the path',
  EACCES: 'permission denied; make the file readable for this user',
  EPERM: 'permission denied; make the file readable for this user',
  EISDIR: 'is a folder; name the files in it',
  ENOTDIR: 'no such file (a part of the path is not a folder); check the path',
  EMFILE: 'too many files are open; name fewer at a time',
};

/** The error of the file system, said in words. */
export function fileError(file: string, error: unknown): InputError {
  if (error instanceof InputError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  const reason = REASONS[code ?? ''] ?? `cannot be read: ${message}`;
  return new InputError(file, code === undefined ? reason : `${reason} (${code})`, { cause: error });
}
