/** Text as it stands in XML and HTML; characters that XML has no place for are left out. */
export function escapeMarkup(text: string): string {
  return (
    text
      // eslint-disable-next-line no-control-regex
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
      .replace(/&/g, '&amp;')
      .replace(/</g, '&lt;')
      .replace(/>/g, '&gt;')
      .replace(/"/g, '&quot;')
      .replace(/'/g, '&#39;')
  );
}

/** An element of SVG or HTML. @param content Markup: texts in it are escaped by `escapeMarkup` before. */
export function tag(
  name: string,
  attributes: Readonly<Record<string, string | number | undefined>>,
  content = '',
): string {
  const written = Object.entries(attributes).flatMap(([key, value]) => {
    if (value === undefined) return [];
    return [` ${key}="${typeof value === 'number' ? round(value) : escapeMarkup(value)}"`];
  });
  return `<${name}${written.join('')}>${content}</${name}>`;
}

/** Hundredths of a pixel are enough. */
function round(value: number): string {
  return String(Number(value.toFixed(2)));
}
