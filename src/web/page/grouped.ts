/**
 * A whole number with its thousands apart: `12,345`. The browser's own way to write numbers loads its tables of all
 * languages first, which blocks a page for longer than anything else that it does.
 */
export function grouped(value: number): string {
  const digits = String(Math.round(value));
  const parts: string[] = [];
  for (let end = digits.length; end > 0; end -= 3) parts.unshift(digits.slice(Math.max(0, end - 3), end));
  return parts.join(',');
}
