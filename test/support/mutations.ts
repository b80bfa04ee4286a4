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
    REPLACEMENTS.map((replacement) => ({
      field: `${path.join('.')} = ${JSON.stringify(replacement) ?? 'missing'}`,
      value: replaced(value, path, replacement),
    })),
  );
}

function paths(value: unknown): string[][] {
  if (typeof value !== 'object' || value === null) return [[]];
  const inner = Object.entries(value).slice(0, 8);
  return [[], ...inner.flatMap(([key, item]) => paths(item).map((path) => [key, ...path]))];
}

function replaced(value: unknown, [key, ...rest]: readonly string[], replacement: unknown): unknown {
  if (key === undefined) return replacement;
  const copy: Record<string, unknown> = Array.isArray(value)
    ? (Object.assign([], value) as unknown as Record<string, unknown>)
    : { ...(value as object) };
  const inner = replaced(copy[key], rest, replacement);
  if (inner === undefined && !Array.isArray(copy)) delete copy[key];
  else copy[key] = inner;
  return copy;
}
