/** A word as every POSIX shell reads it back, whatever stands in it. */
export function shellWord(word: string): string {
  // An = first would be an assignment, a ~ first a home folder; elsewhere all of these stand for themselves.
  return /^[\w./:,@%+-][\w./:,=@%+-]*$/.test(word) && !/^\w+=/.test(word)
    ? word
    : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/** A command that can be pasted into a shell. */
export function shellCommand(words: readonly string[]): string {
  return words.map(shellWord).join(' ');
}
