/**
 * Texts of figures are laid out by the widths of DejaVu Sans. The PNG files are drawn with it; a viewer of an SVG that
 * has it not takes Verdana, of the same widths, or another sans-serif, nearly all of which are narrower: what is laid
 * out without overlap stays so.
 */
export const FONT_FAMILY = "'DejaVu Sans', Verdana, sans-serif";

/** Advance widths of the printable ASCII characters from the space on, in thousandths of the font's size. */
const ASCII_WIDTHS = [
  318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337, 636, 636, 636, 636, 636,
  636, 636, 636, 636, 636, 337, 337, 838, 838, 838, 531, 1000, 684, 686, 698, 770, 632, 575, 775, 752, 295,
  295, 656, 557, 863, 748, 787, 603, 787, 695, 635, 611, 732, 684, 989, 685, 611, 685, 390, 337, 390, 838,
  500, 500, 613, 635, 550, 635, 615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612, 635, 635, 411, 521,
  392, 634, 592, 818, 592, 592, 525, 636, 337, 636, 838,
];
/** Of other characters at the most: that of signs such as ×, and that of ideographs. */
const [SIGN_WIDTH, IDEOGRAPH_WIDTH] = [838, 1100];
const FIRST_IDEOGRAPH = 0x1100;
/** Of bold to regular, at the most but for a few narrow letters. */
const BOLD = 1.15;
/** Screens of few pixels round the widths of characters to whole ones. */
const ROUNDING = 1.04;
/** Height of a line of text, of the font's size. */
export const LINE_HEIGHT = 1.3;

/** Width in pixels, rather too large than too small. @param size Of the font, in pixels. */
export function textWidth(text: string, size: number, bold = false): number {
  let thousandths = 0;
  for (const character of text) {
    const code = character.codePointAt(0)!;
    const other = code < FIRST_IDEOGRAPH || (code >= 0x2000 && code < 0x2e80) ? SIGN_WIDTH : IDEOGRAPH_WIDTH;
    thousandths += ASCII_WIDTHS[code - 32] ?? other;
  }
  return (thousandths * size * ROUNDING * (bold ? BOLD : 1)) / 1000;
}

/** The text if it fits into the width, else as much of it as does, with an ellipsis. */
export function fitText(text: string, width: number, size: number, bold = false): string {
  if (textWidth(text, size, bold) <= width) return text;
  let kept = '';
  let used = textWidth('…', size, bold);
  for (const character of text) {
    used += textWidth(character, size, bold);
    if (used > width && kept !== '') break;
    kept += character;
  }
  return `${kept.trimEnd()}…`;
}

/** The text in lines that fit into the width, broken between words where possible; what goes beyond the last is left out. */
export function wrapText(
  text: string,
  { width, size, lines: most, bold = false }: { width: number; size: number; lines: number; bold?: boolean },
): string[] {
  const lines: string[] = [];
  let rest = text.replace(/\s+/g, ' ').trim();
  while (rest !== '' && lines.length < most - 1 && textWidth(rest, size, bold) > width) {
    const head = lineOf(rest, (part) => textWidth(part, size, bold) <= width);
    lines.push(head.trimEnd());
    rest = rest.slice(head.length).trimStart();
  }
  return rest === '' ? lines : [...lines, fitText(rest, width, size, bold)];
}

/** The longest beginning that fits and ends at a space; inside a word only where the first word is too long. */
function lineOf(text: string, fits: (part: string) => boolean): string {
  let line = '';
  for (const word of text.split(/(?<= )/)) {
    if (!fits((line + word).trimEnd())) break;
    line += word;
  }
  if (line !== '') return line;
  const characters = Array.from(text);
  let count = 1;
  while (count < characters.length && fits(characters.slice(0, count + 1).join(''))) count++;
  return characters.slice(0, count).join('');
}
