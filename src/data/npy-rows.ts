import type { Bytes } from './bytes.js';
import { numpyLine } from './convert.js';
import { decodeNumbers } from './dtype.js';
import { InputError } from '../checks/input-error.js';
import type { NpyHeader } from './npy-header.js';
import { openArray } from './open-array.js';
import { formatShape } from './shape.js';

/**
 * A matrix of float32 or float64 in a .npy file, or an array of an .npz archive (`file.npz:name`), of which only the
 * rows asked for are read, in that precision.
 */
export class NpyRows implements AsyncDisposable {
  readonly count: number;
  readonly columns: number;

  private constructor(
    private readonly bytes: Bytes,
    private readonly header: NpyHeader,
  ) {
    [this.count, this.columns] = header.shape;
  }

  /** @throws InputError as `openArray`, and for anything but a matrix of float32 or float64. */
  static async open(path: string): Promise<NpyRows> {
    const { bytes, header } = await openArray(path, 'kernel');
    try {
      const { shape, dtype } = header;
      if (shape.length !== 2 || shape.includes(0)) {
        throw new InputError(path, `a matrix is needed, but this array is ${formatShape(shape)}`);
      }
      if (!/f[48]$/.test(dtype.descr)) {
        const line = numpyLine(bytes, 'float32', (array) => `${array}.astype(np.float32)`);
        throw new InputError(
          path,
          `a kernel is float32 or float64, but this array is ${dtype.descr}; convert it: ${line}`,
        );
      }
      return new NpyRows(bytes, header);
    } catch (error) {
      await bytes.close();
      throw error;
    }
  }

  /** Whether opening it has read all of it, as what is compressed must be. */
  get inMemory(): boolean {
    return this.bytes.inMemory === true;
  }

  /** Bytes of the whole matrix. */
  get sizeBytes(): number {
    return this.count * this.columns * this.header.dtype.sizeBytes;
  }

  /** Rows first … first + count − 1, columns begin … end − 1, as in the file. → [count][end − begin]. */
  async rows(
    first: number,
    count: number,
    begin = 0,
    end = this.columns,
  ): Promise<Float32Array | Float64Array> {
    const { columns } = this;
    if (begin === 0 && end === columns) return await this.span(first * columns, count * columns);
    const width = end - begin;
    const part = new this.Array(count * width);
    for (let r = 0; r < count; r++)
      part.set(await this.span((first + r) * columns + begin, width), r * width);
    return part;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.bytes.close();
  }

  private get Array(): typeof Float32Array | typeof Float64Array {
    return this.header.dtype.sizeBytes === 4 ? Float32Array : Float64Array;
  }

  private async span(at: number, length: number): Promise<Float32Array | Float64Array> {
    const { dtype, dataOffset } = this.header;
    const content = await this.bytes.read(dataOffset + at * dtype.sizeBytes, length * dtype.sizeBytes);
    return decodeNumbers(dtype, content, 0, length) as Float32Array | Float64Array;
  }
}
