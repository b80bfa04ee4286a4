/** JSON as printed and as stored: indented, but rows of numbers on one line; with a newline at the end. */
export function formatJson(value: object): string {
  // Strings hold no line breaks in JSON, so what is matched is never inside one.
  const text = JSON.stringify(value, undefined, 2).replace(/\[\n([^[\]{}"]*)\]/g, (_, items: string) => {
    return `[${items.trim().replace(/\s+/g, ' ')}]`;
  });
  return `${text}\n`;
}
