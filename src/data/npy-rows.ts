import type { Bytes } from './bytes.js';
import { numpyLine } from './convert.js';
import { decodeNumbers } from './dtype.js';
import { InputError } from './input-error.js';
import type { NpyHeader } from './npy-header.js';
import { openArray } from './open-array.js';
import { formatShape } from './shape.js';

/** A matrix in a .npy file, or an array of an .npz archive (`file.npz:name`), of float32 or float64, of which only the rows asked for are read. */
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

  /** Rows first … first + count − 1, columns begin … end − 1, as float32. → [count][end − begin]. */
  async rows(first: number, count: number, begin = 0, end = this.columns): Promise<Float32Array> {
    const { columns } = this;
    if (begin === 0 && end === columns) return await this.span(first * columns, count * columns);
    const width = end - begin;
    const part = new Float32Array(count * width);
    for (let r = 0; r < count; r++)
      part.set(await this.span((first + r) * columns + begin, width), r * width);
    return part;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.bytes.close();
  }

  private async span(at: number, length: number): Promise<Float32Array> {
    const { dtype, dataOffset } = this.header;
    const content = await this.bytes.read(dataOffset + at * dtype.sizeBytes, length * dtype.sizeBytes);
    const numbers = decodeNumbers(dtype, content, 0, length);
    return numbers instanceof Float32Array ? numbers : Float32Array.from(numbers);
  }
}
