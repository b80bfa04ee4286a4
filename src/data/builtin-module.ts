interface Modules {
  readonly 'node:buffer': typeof import('node:buffer');
  readonly 'node:stream/promises': typeof import('node:stream/promises');
  readonly 'node:zlib': typeof import('node:zlib');
}

/** What is used of Node's process; elsewhere there is none, and before 20.16 it has no such function. */
const { process } = globalThis as {
  process?: { getBuiltinModule?: <Id extends keyof Modules>(id: Id) => Modules[Id] | undefined };
};

/** A module of Node where this runs on Node; what also runs in pages does without it there, and imports none. */
export function builtinModule<Id extends keyof Modules>(id: Id): Modules[Id] | undefined {
  return process?.getBuiltinModule?.(id);
}
