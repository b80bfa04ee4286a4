// Widths are those of the font that the pictures are drawn with, and never less; what is fitted or wrapped fits.
import { fitText, textWidth, wrapText } from '../../src/figures/text.js';
import { fontWidths } from '../support/font-widths.js';

const TEXTS = [
  'CNTK-GAP, published',
  'λ = 10⁻³ ± 0.1',
  'Wahrscheinlichkeitsverteilung',
  '核方法',
  'illegible till',
];

test.each([
  ['DejaVuSans.ttf', false],
  ['DejaVuSans-Bold.ttf', true],
])('texts are never wider than said: %s', (file, bold) => {
  const width = fontWidths(file);
  for (const text of TEXTS) {
    const exact = 13 * Array.from(text).reduce((sum, character) => sum + width(character), 0);
    expect(textWidth(text, 13, bold)).toBeGreaterThanOrEqual(exact);
    // Not much wider either, where all signs are letters.
    if (/^[ -~]*$/.test(text)) expect(textWidth(text, 13, bold)).toBeLessThan(1.2 * exact);
  }
});

test('each printable character has the width of the font', () => {
  const width = fontWidths('DejaVuSans.ttf');
  for (let code = 32; code < 127; code++) {
    const character = String.fromCharCode(code);
    expect(textWidth(character, 1) / 1.04).toBeCloseTo(width(character), 3);
  }
});

test('fits a text, with an ellipsis where it is cut', () => {
  expect(fitText('short', 100, 13)).toBe('short');
  const cut = fitText('a text that is too long', 80, 13);
  expect(cut).toMatch(/^a text.*…$/);
  expect(textWidth(cut, 13)).toBeLessThanOrEqual(80);
});

test('wraps between words, inside a word that is too long, and ends with an ellipsis', () => {
  const fits = { width: 100, size: 13, lines: 3 };
  expect(wrapText('two words', fits)).toEqual(['two words']);
  expect(wrapText('  one   line break\n and   more ', fits)).toEqual(['one line break', 'and more']);
  const broken = wrapText('W'.repeat(50), fits);
  expect(broken).toHaveLength(3);
  expect(broken[2]).toMatch(/^W+…$/);
  for (const line of broken) expect(textWidth(line, 13)).toBeLessThanOrEqual(100);
  expect(wrapText('', fits)).toEqual([]);
});
