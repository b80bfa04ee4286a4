/** The command that is running, as it can be typed into a shell again. */
export function commandLine(words: readonly string[] = process.argv.slice(2)): string {
  return ['cntk', ...words.map(quoted)].join(' ');
}

function quoted(word: string): string {
  return /^[\w./:,=+@%-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
