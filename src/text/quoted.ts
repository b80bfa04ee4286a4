/** A text as a message quotes it: with its quotes and escapes, its end left out if it is long. */
export function quoted(text: string, most = 60): string {
  return JSON.stringify(text.length > most ? `${text.slice(0, most)}…` : text);
}

/** A value that was read from JSON, as a message shows it on its line: numbers as they are, all else as JSON, cut short. */
export function shownJson(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  const text =
    value === undefined ? 'nothing' : ((JSON.stringify(value) as string | undefined) ?? typeof value);
  return text.length > 40 ? `${text.slice(0, 37)}…` : text;
}
