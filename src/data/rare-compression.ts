/** A method of zip archives that Python's zipfile has, and with it NumPy, but Node has not. */
export interface RareMethod {
  readonly name: string;
  /**
   * The whole content; never more of it than `sizeBytes`, so that a few bytes cannot become gigabytes.
   *
   * @throws Error if it is damaged; what is shorter is for the caller to notice
   */
  unpack(packed: Uint8Array, sizeBytes: number): Promise<Uint8Array>;
}

/** By their numbers in zip archives (APPNOTE.TXT, section 4.4.5). The libraries are loaded when they are needed. */
export const RARE_METHODS: Partial<Record<number, RareMethod>> = {
  12: {
    name: 'bzip2',
    async unpack(packed, sizeBytes) {
      const { default: Bzip2 } = await import('@foxglove/wasm-bz2');
      // A module of CommonJS: its default export lies one deeper for Node.
      const { init } = 'default' in Bzip2 ? (Bzip2.default as typeof Bzip2) : Bzip2;
      return (await init.call(Bzip2)).decompress(packed, sizeBytes, { small: false });
    },
  },
  14: {
    name: 'LZMA',
    async unpack(packed, sizeBytes) {
      // Version of the program (2 bytes), size of the properties (2), properties (5), data; a file of LZMA alone has the
      // unpacked size behind the properties.
      const propertyBytes = packed[2] + 256 * packed[3];
      if (packed.length < 9 || propertyBytes !== 5)
        throw new Error(`properties of ${propertyBytes} bytes in place of 5`);
      const { decompress } = await import('lzma1');
      const file = new Uint8Array(packed.length + 4);
      file.set(packed.subarray(4, 9));
      new DataView(file.buffer).setBigUint64(5, BigInt(sizeBytes), true);
      file.set(packed.subarray(9), 13);
      return decompress(file);
    },
  },
  93: {
    name: 'Zstandard',
    async unpack(packed, sizeBytes) {
      const { decompress } = await import('fzstd');
      return decompress(packed, new Uint8Array(sizeBytes));
    },
  },
};
