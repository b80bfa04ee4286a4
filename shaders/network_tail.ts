import type { ShaderContract } from './contract.js';
import { wgsl } from './linked/network_tail.js';
import { KINDS, mirrorElement, type ActivationElement } from './shared/element_activation.js';

/** The layers after the read-out of a network: dense layers and activations on one number per pair. */
export const contract: ShaderContract = {
  name: 'network_tail',
  wgsl,
  equation:
    'per layer sigma ← gain sigma + bias, theta ← gain theta + trained sigma; or sigma ← K(sigma, a, b), theta ← theta_scale K̇ theta',
  bindings: [
    { name: 'x_variance', access: 'read', shape: '[Nx] f32; anything if has_variances is 0' },
    { name: 'z_variance', access: 'read', shape: '[Nz] f32; anything if has_variances is 0' },
    { name: 'pairs', access: 'read', shape: '[pairs] vec2u: image of x, image of z' },
    { name: 'layers', access: 'read', shape: '[layers][8] u32 and f32; see packTail' },
    { name: 'source_sigma', access: 'read', shape: '[pairs] f32' },
    { name: 'source_theta', access: 'read', shape: '[pairs] f32; anything if source_has_theta is 0' },
    { name: 'sigma', access: 'read_write', shape: '[pairs] f32' },
    { name: 'theta', access: 'read_write', shape: '[pairs] f32; anything if has_theta is 0' },
  ],
  params: { count: 'u32', layers: 'u32', has_variances: 'u32', source_has_theta: 'u32', has_theta: 'u32' },
  constants: [],
  workgroups: '⌈count/64⌉ in all, in one or two dimensions',
  errorBound: 'of each layer as network_activation, and a rounding or two of a dense layer',
};

export const variants = [{}];

export type TailLayer =
  | { readonly kind: 'dense'; readonly gain: number; readonly bias: number; readonly trained: boolean }
  | (ActivationElement & { readonly thetaScale: number });

/** The buffer `layers`. */
export function packTail(layers: readonly TailLayer[]): Uint32Array<ArrayBuffer> {
  const words = layers.map((layer) => {
    const [kind, numbers] =
      layer.kind === 'dense'
        ? [0, [layer.gain, layer.bias, layer.trained ? 1 : 0, 0, 0, 0, 0]]
        : [1 + KINDS[layer.kind], [0, 0, 0, layer.shape, layer.sigmaScale, layer.kScale, layer.thetaScale]];
    return [kind, ...new Uint32Array(Float32Array.from(numbers).buffer)];
  });
  return Uint32Array.from(words.flat());
}

/** Float64 mirror of one pair. @param a, b The variances of its images. */
export function mirror(
  layers: readonly TailLayer[],
  sigma: number,
  theta: number,
  a: number,
  b: number,
): { sigma: number; theta: number } {
  return layers.reduce(
    (value, layer) => {
      if (layer.kind === 'dense') {
        const { gain, bias, trained } = layer;
        const dense = (number: number) => gain * number + bias;
        const s = dense(value.sigma);
        const t = gain * value.theta + (trained ? s : 0);
        return { sigma: s, theta: t, a: dense(value.a), b: dense(value.b) };
      }
      const { k, kDot } = mirrorElement(layer, value.sigma, value.a, value.b);
      const own = (variance: number) => mirrorElement(layer, variance, variance, variance).k;
      return {
        sigma: k,
        theta: layer.thetaScale * kDot * value.theta,
        a: own(value.a),
        b: own(value.b),
      };
    },
    { sigma, theta, a, b },
  );
}
