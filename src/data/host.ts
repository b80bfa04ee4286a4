import type { Bytes } from './bytes.js';
import type { ParquetTable } from './parquet-table.js';
import type { RareMethods } from './rare-compression.js';

/**
 * Where files come from: a disk, or what was dropped on a page. Readers of data know no other way to a file, so that the
 * same file is the same images, and has the same faults, everywhere.
 */
export interface Host {
  /** What a path leads to. @throws InputError if there is nothing, or it cannot be looked at */
  kindOf(path: string): Promise<'file' | 'folder' | 'other'>;
  /** The names in a folder, in no order. @throws InputError */
  namesIn(folder: string): Promise<readonly string[]>;
  /** The folder of a path, and the last part of it. */
  split(path: string): { readonly folder: string; readonly name: string };
  /** The path of something in a folder. */
  join(folder: string, name: string): string;
  /** The path that a folder has without links: two paths to one folder have the same. */
  realPath(folder: string): Promise<string>;
  /** Opens a file for reading. @throws InputError if it cannot be opened, is no regular file, or is empty */
  open(path: string): Promise<Bytes>;
  /** All of a file. @throws InputError */
  read(path: string): Promise<Uint8Array>;
  /** The WebAssembly code of the JPEG decoder (@jsquash/jpeg). */
  jpegCode(): Promise<Uint8Array<ArrayBuffer>>;
  /** Readers that take much code; undefined where only the command line has them. */
  readonly heavy: HeavyReaders | undefined;
}

export interface HeavyReaders {
  /** Methods of zip archives that zlib has not. */
  readonly rareMethods: RareMethods;
  openParquet(bytes: Bytes): Promise<ParquetTable>;
}

/** Whether a path leads to a file. */
export async function isFile(host: Host, path: string): Promise<boolean> {
  return await host.kindOf(path).then(
    (kind) => kind === 'file',
    () => false,
  );
}

/** Whether a path leads to a folder. */
export async function isFolder(host: Host, path: string): Promise<boolean> {
  return await host.kindOf(path).then(
    (kind) => kind === 'folder',
    () => false,
  );
}
