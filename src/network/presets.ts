import { avgpool, conv, dense, flatten, gap, lap, relu, residual } from './builder.js';
import type { Layer } from './layers.js';
import { Network } from './network.js';
import { NetworkError } from './network-error.js';

/**
 * Networks by name.
 *
 * Average pooling stands in for max pooling, whose kernel has no closed form. The last pooling of a network that ends
 * at one pixel on 32×32 images is written as gap, which is the same there and lets smaller images pass. All weights
 * have variance 1 in this project's scale (relu keeps variances), no biases; batch normalisation and dropout are left
 * out. Everything is trained unless said otherwise.
 */
export interface Preset {
  /** How it is spelled, with its parameters. */
  readonly form: string;
  readonly example: string;
  /** What exactly it is, and where it comes from. */
  readonly description: string;
  readonly source: string;
}

interface PresetRule extends Preset {
  readonly pattern: RegExp;
  readonly build: (...numbers: number[]) => Layer[];
}

const { from } = Array;

/** `count` times conv 3×3 and relu. */
function block(count: number): Layer[] {
  return from({ length: count }, () => [conv(3), relu()]).flat();
}

/** `count` dense layers with relu between them. */
function denseTail(count: number): Layer[] {
  return from({ length: count }, (_, index) => (index === 0 ? [dense()] : [relu(), dense()])).flat();
}

/** [conv 3×3, relu] blocks of these lengths with 2×2 pooling between them, and gap after the last. */
function pooledBlocks(lengths: readonly number[]): Layer[] {
  return lengths.flatMap((count, b) => [...block(count), b < lengths.length - 1 ? avgpool(2) : gap()]);
}

/** The chain of the paper: depth − 1 convolutions. With `hidden` the first and the last layer are frozen. */
function cntk(depth: number, readOut: Layer[], trained: 'all' | 'hidden'): Layer[] {
  inRange('depth', depth, trained === 'all' ? 2 : 3, 200);
  const frozen = trained === 'hidden' ? { trained: false } : {};
  return [conv(3, frozen), relu(), ...block(depth - 2), ...readOut, dense(frozen)];
}

const VGG: Readonly<Record<number, readonly number[]>> = {
  11: [1, 1, 2, 2, 2],
  13: [2, 2, 2, 2, 2],
  16: [2, 2, 3, 3, 3],
  19: [2, 2, 4, 4, 4],
};
const MYRTLE: Readonly<Record<number, readonly number[]>> = { 5: [2, 1, 1], 7: [2, 2, 2], 10: [3, 3, 3] };

/** One block with its activations first; the short way has a 1×1 convolution where the stride is 2. */
function preactivationBlock(stride: number): Layer {
  const strided = stride > 1 ? { stride } : {};
  return residual([relu(), conv(3, strided), relu(), conv(3)], stride > 1 ? [conv(1, strided)] : []);
}

const RULES: readonly PresetRule[] = [
  {
    form: 'cntk-v:d',
    example: 'cntk-v:11',
    pattern: /^cntk-v:(\d+)$/,
    description: 'd − 1 × [conv 3×3, relu], flatten, dense',
    source: 'Arora et al. 2019 (arXiv 1904.11955), section 4, "CNTK-V"',
    build: (depth) => cntk(depth, [flatten()], 'all'),
  },
  {
    form: 'cntk-gap:d',
    example: 'cntk-gap:11',
    pattern: /^cntk-gap:(\d+)$/,
    description: 'd − 1 × [conv 3×3, relu], gap, dense; the first and the last layer frozen',
    source: 'Arora et al. 2019 (arXiv 1904.11955), section 4 and appendix H, "CNTK-GAP"',
    build: (depth) => cntk(depth, [gap()], 'hidden'),
  },
  {
    form: 'cntk-lap:d:c',
    example: 'cntk-lap:5:12',
    pattern: /^cntk-lap:(\d+):(\d+)$/,
    description:
      'd − 1 × [conv 3×3, relu], lap of radius c, flatten, dense; the first and the last layer frozen',
    source: 'Li et al. 2019 (arXiv 1911.00809), section 4',
    build: (depth, radius) => cntk(depth, [lap(radius), flatten()], 'hidden'),
  },
  {
    form: 'fc:d',
    example: 'fc:4',
    pattern: /^fc:(\d+)$/,
    description: 'flatten, d dense layers with relu between them',
    source: 'Jacot et al. 2018 (arXiv 1806.07572)',
    build: (depth) => [flatten(), ...denseTail(inRange('depth', depth, 1, 200))],
  },
  {
    form: 'alexnet',
    example: 'alexnet',
    pattern: /^alexnet$/,
    description:
      'conv 5×5 stride 2, relu, avgpool 3 stride 2, conv 5×5, relu, avgpool 3 stride 2, 3 × [conv 3×3, relu], gap, ' +
      '3 dense layers with relu between them. The original has its order of layers, with 11×11 stride 4 on 224×224 ' +
      'pixels first, max pooling 3 stride 2 (the third is gap here, the same on 32×32) and response normalisation, ' +
      'left out here',
    source: 'Krizhevsky, Sutskever, Hinton 2012; the first layer fitted to 32×32 by this project',
    build: () => [
      conv(5, { stride: 2 }),
      relu(),
      avgpool(3, { stride: 2 }),
      conv(5),
      relu(),
      avgpool(3, { stride: 2 }),
      ...block(3),
      gap(),
      ...denseTail(3),
    ],
  },
  {
    form: 'vgg11, vgg13, vgg16, vgg19',
    example: 'vgg19',
    pattern: /^vgg(11|13|16|19)$/,
    description:
      'five blocks of [conv 3×3, relu] (11: 1 1 2 2 2; 13: 2 2 2 2 2; 16: 2 2 3 3 3; 19: 2 2 4 4 4), avgpool 2 after ' +
      'each (the fifth is gap, the same on 32×32), 3 dense layers with relu between them',
    source: 'Simonyan and Zisserman 2014 (arXiv 1409.1556), configurations A, B, D, E',
    build: (size) => [...pooledBlocks(VGG[size]), ...denseTail(3)],
  },
  {
    form: 'myrtle5, myrtle7, myrtle10',
    example: 'myrtle5',
    pattern: /^myrtle(5|7|10)$/,
    description:
      'three blocks of [conv 3×3, relu] (5: 2 1 1; 7: 2 2 2; 10: 3 3 3), avgpool 2 after the first two, then pooling ' +
      'to one pixel (three times 2 on 32×32, which is gap), dense. Shankar et al. also take gaussian for relu',
    source: 'Shankar et al. 2020 (arXiv 2003.02237); the example myrtle_network of neural-tangents',
    build: (size) => [...pooledBlocks(MYRTLE[size]), dense()],
  },
  {
    form: 'resnet:d, d = 6n + 2',
    example: 'resnet:20',
    pattern: /^resnet:(\d+)$/,
    description:
      'conv 3×3, three groups of n blocks [relu, conv 3×3, relu, conv 3×3] + the short way, the second and third ' +
      'group beginning with stride 2 (and a 1×1 convolution of stride 2 on the short way), relu, gap, dense; no batch ' +
      'normalisation. Activations stand before the weights: after the sum they would act on what is not Gaussian',
    source:
      'He et al. 2016 (arXiv 1512.03385), section 4.2, in the form of He et al. 2016 (arXiv 1603.05027)',
    build: (depth) => {
      const blocks = (depth - 2) / 6;
      if (!(Number.isInteger(blocks) && blocks >= 1 && depth <= 200)) {
        throw new NetworkError(`resnet:${depth}: the depth is 6n + 2, from 8 to 200: 8, 14, 20, 26, 32, …`);
      }
      const group = (stride: number) =>
        from({ length: blocks }, (_, b) => preactivationBlock(b === 0 ? stride : 1));
      return [conv(3), ...group(1), ...group(2), ...group(2), relu(), gap(), dense()];
    },
  },
];

export const PRESETS: readonly Preset[] = RULES;

/**
 * The network of a name such as `cntk-gap:11` or `vgg19`.
 *
 * @throws NetworkError for an unknown name, with the names there are, and for a number out of range.
 */
export function presetNetwork(name: string): Network {
  for (const { pattern, build } of RULES) {
    const match = pattern.exec(name);
    if (match) return Network.from(build(...match.slice(1).map(Number)));
  }
  const forms = PRESETS.map(({ form }) => form).join('; ');
  throw new NetworkError(`unknown network ${JSON.stringify(name)}: use one of ${forms}`);
}

function inRange(name: string, value: number, least: number, most: number): number {
  if (value >= least && value <= most) return value;
  const reason = least === 3 ? ' (with first and last layer frozen nothing is trained below 3)' : '';
  throw new NetworkError(`${name} ${value}: from ${least} to ${most} is needed${reason}`);
}
