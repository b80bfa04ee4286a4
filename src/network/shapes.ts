import type { Layer } from './layers.js';
import { NetworkError } from './network-error.js';
import { branchPlace, layerPlace } from './place.js';
import { axisWindow, type WindowLayer } from './window.js';

/**
 * What one image has become. Channels are Infinity after the first layer with weights; height and width are Infinity
 * while the images are unknown.
 */
export type Shape =
  | { readonly kind: 'image'; readonly channels: number; readonly height: number; readonly width: number }
  | { readonly kind: 'vector'; readonly size: number };

export interface ImageSize {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/** An image of which nothing is known. */
export const ANY_IMAGE: ImageSize = { channels: NaN, height: Infinity, width: Infinity };

/** Shapes of a chain: the input's, then that after each layer; a residual's branches in `branches`. */
export interface ChainShapes {
  readonly shapes: readonly Shape[];
  /** [layers]: of a residual layer the shapes of every branch, of any other nothing. */
  readonly branches: readonly (readonly ChainShapes[] | undefined)[];
}

export function shapeText(shape: Shape): string {
  const size = (n: number, unknown: string) => (Number.isFinite(n) ? String(n) : unknown);
  const channels = (n: number) => (n === Infinity ? '∞' : size(n, 'C'));
  if (shape.kind === 'vector') {
    return `a vector of ${shape.size === Infinity ? '∞' : size(shape.size, 'C·H·W')}`;
  }
  return `${channels(shape.channels)}×${size(shape.height, 'H')}×${size(shape.width, 'W')}`;
}

/**
 * The shape after every layer.
 *
 * @throws NetworkError naming the layer by its place, the shape that it is given and what it needs
 */
export function inferShapes(layers: readonly Layer[], image: ImageSize): ChainShapes {
  return chainShapes(layers, { kind: 'image', ...image }, '');
}

/** The last shape of a chain. */
export function outputShape({ shapes }: ChainShapes): Shape {
  return shapes.at(-1)!;
}

function chainShapes(layers: readonly Layer[], input: Shape, within: string): ChainShapes {
  const shapes: Shape[] = [input];
  const branches: (readonly ChainShapes[] | undefined)[] = [];
  for (const [index, layer] of layers.entries()) {
    const place = layerPlace(within, index, layer.layer);
    const before = shapes.at(-1)!;
    if (layer.layer === 'residual') {
      const inner = layer.branches.map((branch, b) => chainShapes(branch, before, branchPlace(place, b)));
      shapes.push(commonShape(inner.map(outputShape), place));
      branches.push(inner);
    } else {
      shapes.push(layerShape(layer, before, place));
      branches.push(undefined);
    }
  }
  return { shapes, branches };
}

function commonShape(ends: readonly Shape[], place: string): Shape {
  const texts = ends.map(shapeText);
  const other = texts.findIndex((text) => text !== texts[0]);
  if (other >= 0) {
    throw new NetworkError(
      `${place}: branch 1 ends in ${texts[0]}, branch ${other + 1} in ${texts[other]}: ` +
        'only branches of one shape can be added (give the strides of the one to the other too, or a 1×1 convolution)',
    );
  }
  return ends[0];
}

function layerShape(layer: Exclude<Layer, { layer: 'residual' }>, before: Shape, place: string): Shape {
  const given = shapeText(before);
  switch (layer.layer) {
    case 'relu':
    case 'erf':
    case 'gaussian':
    case 'identity':
      return before;
    case 'dense':
      if (before.kind === 'image') {
        throw new NetworkError(
          `${place}: takes a vector, but is given ${given}: put flatten or gap before it`,
        );
      }
      return { kind: 'vector', size: Infinity };
    case 'flatten':
      if (before.kind === 'vector') return before;
      return { kind: 'vector', size: before.channels * before.height * before.width };
    case 'gap':
      return before.kind === 'vector' ? before : { kind: 'vector', size: before.channels };
  }
  if (before.kind === 'vector') {
    throw new NetworkError(
      `${place}: takes an image C×H×W, but is given ${given}: put it before flatten or gap`,
    );
  }
  const [height, width] = [before.height, before.width].map((n) => axisWindow(layer, n).outputs);
  if (!(height >= 1 && width >= 1)) {
    throw new NetworkError(
      `${place}: a window of ${windowText(layer)} does not fit into ${given}: ` +
        'use a smaller size, a padding, or fewer layers that shrink the image',
    );
  }
  const stride = 'stride' in layer ? (layer.stride ?? 1) : 1;
  if (layer.layer === 'conv' && stride > 1 && before.height === 1 && before.width === 1) {
    throw new NetworkError(
      `${place}: a stride of ${stride} on ${given}: a single pixel is left, and there is nowhere to step; ` +
        'use fewer layers with strides, or stride 1 from here on',
    );
  }
  return { kind: 'image', channels: layer.layer === 'conv' ? Infinity : before.channels, height, width };
}

function windowText(layer: WindowLayer): string {
  if (layer.layer === 'avgpool') return `${layer.size}×${layer.size}`;
  if (layer.layer !== 'conv') return 'any size';
  const { size, padding } = layer;
  return `${size}×${size}${typeof padding === 'number' ? ` with padding ${padding}` : ''}`;
}
