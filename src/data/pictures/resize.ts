import type { Picture } from './decode-picture.js';

/** Height and width in pixels. */
export interface PictureSize {
  readonly height: number;
  readonly width: number;
}

/** Bits of the weights after the point, as in Pillow's Resample.c, whose values these are, bit for bit. */
const PRECISION_BITS = 22;

/**
 * A picture of another size, by Pillow's Image.resize with BILINEAR: a triangle as wide as a pixel of the smaller of
 * both pictures, so that nothing is left out when it shrinks; columns first, then rows, each rounded.
 */
export function resize(picture: Picture, { height, width }: PictureSize): Picture {
  const { channels } = picture;
  let { data } = picture;
  if (width !== picture.width) {
    data = resample(data, {
      lines: picture.height,
      from: picture.width,
      to: width,
      step: channels,
      channels,
    });
  }
  if (height !== picture.height) {
    data = resample(data, {
      lines: 1,
      from: picture.height,
      to: height,
      step: width * channels,
      channels: width * channels,
    });
  }
  return { data, height, width, channels };
}

interface Axis {
  /** Independent stretches, one after the other. */
  readonly lines: number;
  /** Pixels along the axis, before and after. */
  readonly from: number;
  readonly to: number;
  /** Distance of neighbours along the axis. */
  readonly step: number;
  /** Values beside each other that are treated alike. */
  readonly channels: number;
}

function resample(data: Picture['data'], { lines, from, to, step, channels }: Axis): Picture['data'] {
  const isWide = data instanceof Uint16Array;
  const white = isWide ? 65535 : 255;
  const out = new (isWide ? Uint16Array : Uint8Array)(lines * to * step);
  const one = 2 ** PRECISION_BITS;
  for (const [target, { first, weights }] of triangles(from, to).entries()) {
    // Weights in whole numbers for bytes, as Pillow has them.
    const units = weights.map((weight) => Math.trunc(weight * one + (weight < 0 ? -0.5 : 0.5)));
    for (let line = 0; line < lines; line++) {
      const base = (line * from + first) * step;
      for (let c = 0; c < channels; c++) {
        let sum = one / 2;
        for (const [k, unit] of units.entries()) sum += data[base + k * step + c] * unit;
        out[(line * to + target) * step + c] = Math.min(white, Math.max(0, Math.floor(sum / one)));
      }
    }
  }
  return out;
}

/** For every pixel of the result the pixels that it is made of, and their weights. */
function triangles(from: number, to: number): { first: number; weights: number[] }[] {
  const scale = from / to;
  const support = Math.max(scale, 1);
  return Array.from({ length: to }, (_, target) => {
    const centre = (target + 0.5) * scale;
    const first = Math.max(0, Math.trunc(centre - support + 0.5));
    const end = Math.min(from, Math.trunc(centre + support + 0.5));
    const weights = Array.from({ length: end - first }, (_, k) =>
      Math.max(0, 1 - Math.abs((k + first - centre + 0.5) / support)),
    );
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return { first, weights: weights.map((weight) => weight / sum) };
  });
}
