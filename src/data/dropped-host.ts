import { InputError } from '../checks/input-error.js';
import { endsEarly, memoryBytes, type Bytes } from './bytes.js';
import type { Host } from './host.js';

/** What is used of a browser's Blob. */
export interface BlobLike {
  readonly size: number;
  slice(start?: number, end?: number): { arrayBuffer(): Promise<ArrayBuffer> };
}

/**
 * A file that was dropped or chosen on a page: a File of the browser, or a name with its content. The name may have
 * folders before it (`pictures/cat/1.png`), and so has a File of a chosen folder.
 */
export type DroppedFile = { readonly name: string; readonly webkitRelativePath?: string } & (
  BlobLike | { readonly blob: BlobLike } | { readonly bytes: Uint8Array }
);

/** The folder that is none: what was dropped by itself lies in it. */
const ROOT = '.';

/** The files of a page, by the paths under which they were dropped, as a host of readers. */
export class DroppedHost implements Host {
  readonly heavy = undefined;
  private readonly files = new Map<string, DroppedFile>();
  private readonly folders = new Map<string, Set<string>>([[ROOT, new Set()]]);

  /**
   * @param jpegCode Fetches the code of the JPEG decoder, which ships beside the page.
   * @throws InputError if two files have one path
   */
  constructor(
    files: readonly DroppedFile[],
    readonly jpegCode: () => Promise<Uint8Array<ArrayBuffer>>,
  ) {
    for (const file of files) this.add(pathOf(file), file);
  }

  /** The paths of all files, in the order in which they were given. */
  get paths(): string[] {
    return [...this.files.keys()];
  }

  /** A page on which only those files were dropped. */
  only(isKept: (path: string) => boolean): DroppedHost {
    return new DroppedHost(
      [...this.files].filter(([path]) => isKept(path)).map(([, file]) => file),
      this.jpegCode,
    );
  }

  kindOf(path: string): Promise<'file' | 'folder'> {
    if (this.files.has(path)) return Promise.resolve('file');
    if (this.folders.has(path)) return Promise.resolve('folder');
    return Promise.reject(new InputError(path, 'no such file; drop it too'));
  }

  namesIn(folder: string): Promise<readonly string[]> {
    const names = this.folders.get(folder);
    return names === undefined
      ? Promise.reject(new InputError(folder, 'no such folder; drop it too'))
      : Promise.resolve([...names]);
  }

  split(path: string): { folder: string; name: string } {
    const at = path.lastIndexOf('/');
    return { folder: at < 0 ? ROOT : path.slice(0, at), name: path.slice(at + 1) };
  }

  join(folder: string, name: string): string {
    return folder === ROOT ? name : `${folder}/${name}`;
  }

  realPath(folder: string): Promise<string> {
    return Promise.resolve(folder);
  }

  async open(path: string): Promise<Bytes> {
    if ((await this.kindOf(path)) === 'folder')
      throw new InputError(path, 'is a folder; name the files in it');
    const bytes = this.bytesOf(path);
    if (bytes.sizeBytes === 0) throw new InputError(path, 'is empty (0 bytes)');
    return bytes;
  }

  async read(path: string): Promise<Uint8Array> {
    if ((await this.kindOf(path)) === 'folder')
      throw new InputError(path, 'is a folder; name the files in it');
    const bytes = this.bytesOf(path);
    return await bytes.read(0, bytes.sizeBytes);
  }

  private bytesOf(path: string): Bytes {
    const file = this.files.get(path)!;
    // A File has a function that is called `bytes`.
    if ('bytes' in file && ArrayBuffer.isView(file.bytes)) return memoryBytes({ path }, file.bytes);
    return blobBytes(path, 'blob' in file ? file.blob : (file as BlobLike));
  }

  private add(path: string, file: DroppedFile): void {
    if (this.files.has(path) || this.folders.has(path)) {
      throw new InputError(path, 'was dropped twice; give the two files different names');
    }
    this.files.set(path, file);
    let { folder, name } = this.split(path);
    for (;;) {
      const names = this.folders.get(folder);
      names?.add(name);
      if (names !== undefined) return;
      this.folders.set(folder, new Set([name]));
      ({ folder, name } = this.split(folder));
    }
  }
}

function pathOf({ name, webkitRelativePath = '' }: DroppedFile): string {
  const parts = (webkitRelativePath || name).split('/').filter((part) => part !== '' && part !== '.');
  return parts.join('/');
}

/** The content of a file of the browser, of which only what is asked for is read. */
function blobBytes(path: string, blob: BlobLike): Bytes {
  const bytes: Bytes = {
    path,
    file: path,
    sizeBytes: blob.size,
    async read(offset, length) {
      if (offset + length > blob.size) throw endsEarly(bytes, offset + length);
      try {
        return new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer());
      } catch (error) {
        // The browser notices by itself that a file was changed or removed since it was dropped.
        const problem = `cannot be read: ${(error as Error).message}; if it was changed since, drop it again`;
        throw new InputError(path, problem, { cause: error });
      }
    },
    assertUnchanged: () => Promise.resolve(),
    error: (problem, offset, option) => new InputError(path, problem, { offset, option }),
    close: () => Promise.resolve(),
  };
  return bytes;
}
