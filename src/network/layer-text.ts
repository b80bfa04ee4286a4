import type { Layer } from './layers.js';

/** A layer in a few words, with all that is not as it is by default: `conv 5×5, stride 2, frozen`. */
export function layerText(layer: Layer): string {
  switch (layer.layer) {
    case 'conv':
      return joined(
        `conv ${layer.size}×${layer.size}`,
        layer.stride !== undefined && layer.stride !== 1 && `stride ${layer.stride}`,
        layer.padding !== undefined && layer.padding !== 'same' && paddingText(layer.padding),
        ...weightTexts(layer),
      );
    case 'dense':
      return joined('dense', ...weightTexts(layer));
    case 'relu':
      return (layer.slope ?? 0) === 0 ? 'relu' : `leaky relu ${layer.slope}`;
    case 'gaussian':
      return (layer.gamma ?? 1) === 1 ? 'gaussian' : `gaussian, γ ${layer.gamma}`;
    case 'avgpool':
      return joined(
        `avgpool ${layer.size}×${layer.size}`,
        layer.stride !== undefined && layer.stride !== layer.size && `stride ${layer.stride}`,
      );
    case 'lap':
      return `lap, radius ${layer.radius}`;
    case 'flatten':
      return layer.scale === 'mean' ? 'flatten, mean' : 'flatten';
    case 'residual':
      return `sum of ${layer.branches.length} ${layer.branches.length === 1 ? 'branch' : 'branches'}`;
    default:
      return layer.layer;
  }
}

function paddingText(padding: string | number): string {
  return typeof padding === 'number' ? `padding ${padding}` : padding;
}

function weightTexts({ w, b, trained }: { w?: number; b?: number; trained?: boolean }): (string | false)[] {
  return [
    w !== undefined && w !== 1 && `w ${w}`,
    b !== undefined && b !== 0 && `b ${b}`,
    trained === false && 'frozen',
  ];
}

function joined(...parts: (string | false)[]): string {
  return parts.filter((part) => part !== false).join(', ');
}
