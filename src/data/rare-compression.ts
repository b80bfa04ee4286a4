/** A method of zip archives that Python's zipfile has, and with it NumPy, but Node has not. */
export interface RareMethod {
  readonly name: string;
  /**
   * The whole content; never more of it than `sizeBytes`, so that a few bytes cannot become gigabytes.
   *
   * @throws Error if it is damaged; what is shorter is for the caller to notice
   */
  readonly unpack: (packed: Uint8Array, sizeBytes: number) => Promise<Uint8Array>;
}

/** Such methods by their numbers in zip archives. */
export type RareMethods = Partial<Record<number, RareMethod>>;

/** By their numbers in zip archives (APPNOTE.TXT, section 4.4.5). The libraries are loaded when they are needed. */
export const RARE_METHODS: RareMethods = {
  12: {
    name: 'bzip2',
    unpack: async (packed, sizeBytes) => {
      const { default: module } = await import('@foxglove/wasm-bz2');
      // A module of CommonJS: for Node its default export lies one deeper.
      const Bzip2 = 'default' in module ? (module.default as typeof module) : module;
      return (await Bzip2.init()).decompress(packed, sizeBytes, { small: false });
    },
  },
  14: {
    name: 'LZMA',
    unpack: async (packed, sizeBytes) => {
      // Version of the program (2 bytes), size of the properties (2), properties (5), data; a file of LZMA alone has the
      // unpacked size behind the properties.
      const propertyBytes = packed[2] + 256 * packed[3];
      if (packed.length < 9 || propertyBytes !== 5)
        throw new Error(`properties of ${propertyBytes} bytes in place of 5`);
      // Its types are its sources, which are not compiled by the rules of here.
      const name: string = 'lzma1';
      const lzma = (await import(name)) as {
        decompress(file: Uint8Array): Uint8Array;
      };
      const file = new Uint8Array(packed.length + 4);
      file.set(packed.subarray(4, 9));
      new DataView(file.buffer).setBigUint64(5, BigInt(sizeBytes), true);
      file.set(packed.subarray(9), 13);
      return lzma.decompress(file);
    },
  },
  93: {
    name: 'Zstandard',
    unpack: async (packed, sizeBytes) => {
      const { decompress } = await import('fzstd');
      return decompress(packed, new Uint8Array(sizeBytes));
    },
  },
};
