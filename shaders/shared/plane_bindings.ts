import type { PlaneLayer } from './plane_activation.js';

/** The numbers of the layers as `layer_at` reads them, of the buffer `tables`. */
export function packLayers(layers: readonly PlaneLayer[]): Uint32Array<ArrayBuffer> {
  const numbers = Float32Array.from(
    layers.flatMap((layer) => [
      layer.gain,
      layer.bias,
      layer.trained ? 1 : 0,
      layer.windowed ? 1 : 0,
      layer.active ? 1 : 0,
      layer.shape,
      layer.sigmaScale,
      layer.kScale,
      layer.thetaScale,
    ]),
  );
  return new Uint32Array(numbers.buffer);
}
