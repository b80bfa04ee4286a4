import { createRequire } from 'node:module';

/** Pixels of the picture for one of the figure. */
const ZOOM = 2;

/** Draws an SVG document as a PNG file. */
export type PngRenderer = (svg: string) => Promise<Uint8Array>;

/**
 * The renderer, loaded when it is asked for: it is a native module, and not every platform has one.
 *
 * Texts are drawn with fonts that come with this package's dependencies, with no other: a picture is the same on every
 * machine, and a machine without fonts loses no text.
 *
 * @throws Error if the platform has no such module, or the fonts are not installed.
 */
export async function loadPngRenderer(): Promise<PngRenderer> {
  const { renderAsync } = await import('@resvg/resvg-js');
  const { resolve } = createRequire(import.meta.url);
  const fontFiles = ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf'].map((file) =>
    resolve(`dejavu-fonts-ttf/ttf/${file}`),
  );
  const font = { loadSystemFonts: false, fontFiles, defaultFontFamily: 'DejaVu Sans' };
  return async (svg) => (await renderAsync(svg, { font, fitTo: { mode: 'zoom', value: ZOOM } })).asPng();
}
