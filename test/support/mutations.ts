/** What a field of a damaged file may hold instead of its value; undefined: it is missing. */
const REPLACEMENTS: readonly unknown[] = [
  null,
  -1,
  0,
  1.5,
  1e9,
  1e300,
  'x',
  '',
  '../x',
  true,
  {},
  [],
  undefined,
];

export interface Mutation {
  /** Its path, and what it was replaced by. */
  readonly field: string;
  readonly value: unknown;
}

/** Every field of a JSON value, at every depth, replaced by each of many wrong values; one at a time. */
export function mutations(value: unknown): Mutation[] {
  return paths(value).flatMap((path) =>
    // There is no JSON without a value.
    REPLACEMENTS.slice(0, path.length === 0 ? -1 : undefined).map((replacement) => ({
      field: `${path.join('.')} = ${JSON.stringify(replacement)}`,
      value: replaced(value, path, replacement),
    })),
  );
}

function paths(value: unknown): string[][] {
  if (typeof value !== 'object' || value === null) return [[]];
  const inner = Object.entries(value).slice(0, 8);
  return [[], ...inner.flatMap(([key, item]) => paths(item).map((path) => [key, ...path]))];
}

function replaced(value: unknown, path: readonly string[], replacement: unknown): unknown {
  if (path.length === 0) return replacement;
  const [key, ...rest] = path;
  const copy: Record<string, unknown> = Array.isArray(value)
    ? (Object.assign([], value) as unknown as Record<string, unknown>)
    : { ...(value as object) };
  // JSON leaves out what is undefined.
  copy[key] = replaced(copy[key], rest, replacement);
  return copy;
}
