import type { ImageShape } from '../../images/images.js';
import { DATA } from './common-options.js';
import { parsed, parseInteger } from './options.js';

/** `--shape 3x32x32`. */
export const shapeOption = parsed(
  DATA,
  'Shape of the images: channels x height x width',
  (value): ImageShape => {
    const parts = value.split(/[x×]/i);
    if (parts.length !== 3) throw new Error(`"${value}" is not of the form CxHxW, as in 3x32x32`);
    const [channels, height, width] = parts.map((part) => parseInteger(part, 1));
    return { channels, height, width };
  },
);
