/** What a literal of Python can hold. */
export type PythonValue = string | number | boolean | null | readonly PythonValue[] | PythonDict;
export interface PythonDict {
  readonly [key: string]: PythonValue;
}

/** Deeper nesting is no header of an array. */
const MOST_DEPTH = 16;

/**
 * Reads a literal of Python as NumPy writes it into headers: dictionaries with names as keys, tuples, lists, strings
 * without escapes, integers, True, False, None.
 *
 * It looks at each character once: the time it takes grows with the length, whatever the text.
 *
 * @throws SyntaxError with the place of the first character that does not fit.
 */
export function parsePythonLiteral(text: string): PythonValue {
  let at = 0;
  const fail = (expected: string): never => {
    const found = at < text.length ? JSON.stringify(text.charAt(at)) : 'the end';
    throw new SyntaxError(`${found} at character ${at}, where ${expected} is expected`);
  };
  const skipSpace = (): void => {
    while (' \t\r\n\f'.includes(text.charAt(at)) && at < text.length) at++;
  };
  const accept = (character: string): boolean => {
    skipSpace();
    if (text.charAt(at) !== character || at === text.length) return false;
    at++;
    return true;
  };
  /** Items up to the closing bracket, with commas between them and perhaps after the last. */
  const items = <T>(close: string, item: () => T): { list: T[]; commas: number } => {
    const list: T[] = [];
    let commas = 0;
    while (!accept(close)) {
      if (list.length > commas) fail(`"," or "${close}"`);
      list.push(item());
      if (accept(',')) commas++;
    }
    return { list, commas };
  };
  const string = (): string => {
    skipSpace();
    const quote = text.charAt(at);
    if (quote !== "'" && quote !== '"') return fail('a string');
    const end = text.indexOf(quote, at + 1);
    if (end < 0) {
      at = text.length;
      return fail(`a closing ${quote}`);
    }
    const content = text.slice(at + 1, end);
    at = end + 1;
    return content;
  };
  const word = (): string => {
    const start = at;
    while (/[\w.+-]/.test(text.charAt(at))) at++;
    return text.slice(start, at);
  };
  const value = (depth: number): PythonValue => {
    if (depth > MOST_DEPTH) fail('less nesting');
    if (accept('{')) {
      const entries = items('}', (): [string, PythonValue] => {
        const key = string();
        if (!accept(':')) fail('":"');
        return [key, value(depth + 1)];
      });
      return Object.fromEntries(entries.list);
    }
    if (accept('[')) return items(']', () => value(depth + 1)).list;
    if (accept('(')) {
      const { list, commas } = items(')', () => value(depth + 1));
      // (3) is a number in brackets, (3,) a tuple.
      return list.length === 1 && commas === 0 ? list[0] : list;
    }
    skipSpace();
    if (/['"]/.test(text.charAt(at))) return string();
    const start = at;
    const name = word();
    const constant = { True: true, False: false, None: null }[name];
    if (constant !== undefined) return constant;
    // Python 2 wrote long integers as 3L.
    const digits = name.endsWith('L') ? name.slice(0, -1) : name;
    if (/^-?\d+$/.test(digits)) return Number(digits);
    at = start;
    return fail('a value');
  };
  const result = value(0);
  skipSpace();
  if (at < text.length) fail('the end');
  return result;
}
