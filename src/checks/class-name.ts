/** How errors call a value: by its class (`a Float64Array`), or its type. */
export function className(value: unknown): string {
  if (value === null) return 'null';
  if (value === undefined) return 'undefined';
  if (typeof value !== 'object') return `a ${typeof value}`;
  if (typeof (value as { then?: unknown }).then === 'function') return 'a promise (await it first)';
  const { constructor } = value as { constructor?: unknown };
  const name = typeof constructor === 'function' && constructor.name ? constructor.name : 'object';
  if (name === 'Object') return 'a plain object';
  return `${/^[AEIO]/i.test(name) ? 'an' : 'a'} ${name}`;
}
