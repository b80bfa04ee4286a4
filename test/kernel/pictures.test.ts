// Pictures that people bring, of 8 bits a channel: scans, products on white, dark fields, letterboxes, frames of one scene,
// negatives, blank frames, skies. Much of a pair is nearly equal in them, or nearly constant, and their kernels are as
// exact as those of any others: the noise of 8 bits is far from what float32 cannot tell apart. The other side: finer
// noise than that is near enough to show (the last test).
import { computeGram } from '../../src/kernel/gram.js';
import type { KernelSpec } from '../../src/kernel/kernel-spec.js';
import { referenceKernel } from '../../src/kernel/reference.js';
import { testGpu } from '../support/gpu.js';
import { randomNumbers } from '../support/run-shader.js';

const SIZE = 10;
const COUNT = 4;
const KERNELS = [3, 11].flatMap((depth): KernelSpec[] =>
  (['vanilla', 'lap:2', 'gap'] as const).map((readout) => ({
    kernel: 'ntk',
    depth,
    readout,
    trained: 'all',
  })),
);

/** The value of a pixel of channel c of image i; noise is even in −1 … 1, place what is drawn once for the image. */
type Picture = (at: { i: number; c: number; y: number; x: number; noise: number; place: number[] }) => number;

const inBlob = (y: number, x: number, [a, b]: number[]) =>
  Math.hypot(y - SIZE * (0.5 + 0.2 * a), x - SIZE * (0.5 + 0.2 * b)) < SIZE / 4;
const scene = (c: number, y: number, x: number) =>
  0.5 + 0.2 * Math.sin(0.5 * y + c) + 0.2 * Math.cos(0.7 * x - c);

const PICTURES: Readonly<Record<string, Picture>> = {
  'a scan': ({ y, x, noise, place: [a] }) =>
    Math.abs(y - SIZE * (0.5 + 0.4 * a)) < 1 || x === 3 ? 0.1 + 0.05 * noise : 0.97 + noise / 255,
  'a product on white': ({ c, y, x, noise, place }) =>
    inBlob(y, x, place) ? 0.5 + 0.4 * place[c] + 0.03 * noise : 1 - Math.abs(noise) / 255,
  'a dark field': ({ c, y, x, noise, place }) =>
    inBlob(y, x, place) ? 0.5 + 0.4 * place[c] : 0.02 + 0.004 * noise,
  'a letterbox': ({ c, y, x, noise, place }) =>
    Math.abs(y - SIZE / 2 + 0.5) > SIZE / 4 ? 16 / 255 + (0.4 * noise) / 255 : scene(c, y + 5 * place[0], x),
  'frames of a scene': ({ c, y, x, noise, place }) =>
    inBlob(y, x, place) ? 0.5 + 0.4 * place[c] : scene(c, y, x) + noise / 255,
  negatives: ({ i, c, y, x, noise }) => (i % 2 ? 1 - scene(c, y, x) : scene(c, y, x)) + noise / 255,
  'blank frames': ({ i, noise }) => 0.3 + 0.1 * i + 0.004 * noise,
  'a sky': ({ c, y, noise, place }) => 0.4 + 0.2 * c + 0.03 * y + 0.02 * noise + 0.02 * place[0],
};

function imagesOf(picture: Picture, bits: number, scale: (value: number) => number) {
  const levels = 2 ** bits - 1;
  const noise = randomNumbers(COUNT * 3 * SIZE * SIZE, 3);
  const places = randomNumbers(COUNT * 3, 4);
  const data = noise.map((value, e) => {
    const [x, y, c, i] = [e, e / SIZE, e / SIZE ** 2, e / 3 / SIZE ** 2].map(Math.floor);
    const at = {
      i,
      c: c % 3,
      y: y % SIZE,
      x: x % SIZE,
      noise: value,
      place: [...places.subarray(3 * i, 3 * i + 3)],
    };
    return scale(Math.round(levels * Math.min(1, Math.max(0, picture(at)))) / levels);
  });
  return { data, count: COUNT, channels: 3, height: SIZE, width: SIZE };
}

/** Largest error of all pairs of different images, relative to √(K_ii K_jj), of each kernel. */
async function errors(images: ReturnType<typeof imagesOf>): Promise<number[]> {
  const { matrices } = await computeGram(await testGpu(), { images, kernels: KERNELS });
  return KERNELS.map((spec, k) => {
    const expected = referenceKernel(images, images, spec);
    const own = Array.from({ length: COUNT }, (_, i) => Math.sqrt(expected[i * COUNT + i]));
    return expected.reduce((worst, value, e) => {
      const error = Math.abs(value - matrices[k][e]) / (own[Math.floor(e / COUNT)] * own[e % COUNT]);
      return error <= worst ? worst : error;
    }, 0);
  });
}

test.each(Object.keys(PICTURES))('%s: within 5e-6, as they are and from −1 to 1', async (name) => {
  for (const scale of [(value: number) => value, (value: number) => 2 * value - 1]) {
    const found = await errors(imagesOf(PICTURES[name], 8, scale));
    expect(KERNELS.filter((_, k) => !(found[k] <= 5e-6))).toEqual([]);
  }
});

test('blank frames with the noise of 16 bits are nearer to each other than pooling can tell', async () => {
  const blank: Picture = ({ i, noise }) => 0.3 + 0.1 * i + 1e-4 * noise;
  const found = await errors(imagesOf(blank, 16, (value) => value));
  expect(Math.max(...found)).toBeGreaterThan(5e-6);
  expect(Math.max(...found)).toBeLessThan(1e-4);
});
