/** A loop below a line `// unroll`, with its body up to the brace that closes it. */
const MARKED = /^[ \t]*\/\/ unroll\n[ \t]*for \(var (\w+) = (\d+)u; \1 (<=?) (\w+); \1\+\+\) \{/m;

/**
 * Writes out the marked loops of a shader, one block per turn, the loop variable a constant in each:
 *
 *     // unroll
 *     for (var v = 0u; v < COLUMNS; v++) { sum += cells[v]; }
 *
 * Elements of arrays with constant indices can stay in registers; some compilers keep arrays that a loop indexes in
 * memory (SwiftShader: 1.4 × in the plane kernel). The bound is a constant of the shader. The body neither ends the loop
 * nor skips turns.
 *
 * @throws Error if the bound is none of the constants, or a mark stands above anything else.
 */
export function unrollLoops(text: string, constants: Readonly<Record<string, number>>): string {
  for (;;) {
    const found = MARKED.exec(text);
    if (!found) {
      if (/^[ \t]*\/\/ unroll$/m.test(text))
        throw new Error('a line `// unroll` stands above no loop of its form');
      return text;
    }
    const [head, name, from, comparison, bound] = found;
    if (!(bound in constants))
      throw new Error(`a loop up to ${bound} cannot be unrolled: no constant of the shader`);
    const begin = found.index + head.length;
    const end = closingBrace(text, begin);
    const last = constants[bound] - (comparison === '<' ? 1 : 0);
    const turns: string[] = [];
    for (let turn = Number(from); turn <= last; turn++)
      turns.push(`{ const ${name} = ${turn}u;${text.slice(begin, end)}}`);
    text = text.slice(0, found.index) + turns.join('\n') + text.slice(end + 1);
  }
}

/** The index of the brace that closes the block whose inside begins at `from`. */
function closingBrace(text: string, from: number): number {
  let depth = 1;
  for (let at = from; at < text.length; at++) {
    if (text[at] === '{') depth++;
    else if (text[at] === '}' && --depth === 0) return at;
  }
  throw new Error('a loop to be unrolled is not closed');
}
