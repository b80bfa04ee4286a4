/** A stream of zlib that unpacks. */
interface Unpacker extends NodeJS.ReadWriteStream {
  readonly bytesWritten: number;
}

/** What is used of modules of Node. */
interface Modules {
  readonly buffer: { readonly constants: { readonly MAX_LENGTH: number } };
  readonly 'stream/promises': {
    pipeline(
      source: AsyncIterable<Uint8Array>,
      through: Unpacker,
      take: (content: AsyncIterable<Uint8Array>) => Promise<void>,
    ): Promise<void>;
  };
  readonly zlib: {
    readonly crc32: (content: Uint8Array, before?: number) => number;
    readonly createGunzip: () => Unpacker;
    readonly createInflate: () => Unpacker;
    readonly createInflateRaw: () => Unpacker;
  };
}

/** What is used of Node's process; elsewhere there is none, and before 20.16 it has no such function. */
const { process } = globalThis as {
  process?: { getBuiltinModule?: <Id extends keyof Modules>(id: Id) => Modules[Id] | undefined };
};

/** A module of Node where this runs on Node; what also runs in pages does without it there, and imports none. */
export function builtinModule<Id extends keyof Modules>(id: Id): Modules[Id] | undefined {
  return process?.getBuiltinModule?.(id);
}
