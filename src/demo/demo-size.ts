import { InputError } from '../checks/input-error.js';
import type { LabelledImages } from '../data/load.js';
import { normalize } from '../images/normalize.js';
import { assertOneScale } from '../data/one-scale.js';
import { selectImages } from '../images/subset.js';
import type { Gpu } from '../gpu/gpu.js';
import type { KernelSpec } from '../kernel/kernel-spec.js';
import { computeGram } from '../kernel/gram.js';
import { planPasses } from '../kernel/passes.js';
import type { ImageShape } from '../images/images.js';

/** How much a demo computes. */
export interface DemoSize {
  readonly trainCount: number;
  readonly testCount: number;
  readonly depths: readonly number[];
  readonly readouts: readonly DemoReadout[];
}

export type DemoReadout = 'vanilla' | 'gap';

/** The result channels of a demo, depth by depth. */
export type DemoChannels = (depths: readonly number[], readouts: readonly DemoReadout[]) => KernelSpec[];

export interface DemoSizeOptions {
  readonly train: LabelledImages;
  readonly test?: LabelledImages;
  readonly trainCount?: number;
  readonly testCount?: number;
  readonly seconds: number;
  readonly signal?: AbortSignal;
}

/** The lists of depths among which a demo chooses, from the most to the least work. All compile to the same kernel. */
const DEPTHS = [
  [3, 6, 11],
  [3, 4, 6],
  [3, 4],
] as const;
/** Round numbers, so that machines of about one speed compute the same. Twelve matrices of the largest take 200 MB. */
const TRAIN_COUNTS = [2000, 1500, 1000, 800, 600, 500, 400, 300, 250, 200, 150, 100, 50, 30, 20, 10] as const;
/** Deeper networks only where this many training images per class fit. */
const IMAGES_PER_CLASS = 20;
/** With fewer of them the accuracy of the read-out that costs H·W times as much says nothing, and it is left out. */
const LEAST_IMAGES_PER_CLASS = 5;

/**
 * Chooses read-outs, depths and counts so that the demo takes about `seconds`, by the speed measured on a few of its
 * images.
 *
 * @throws InputError if there are no labels or fewer images than asked for.
 */
export async function chooseSize(
  gpu: Gpu,
  options: DemoSizeOptions,
  kernelsOf: DemoChannels,
): Promise<DemoSize> {
  assertUsable(options);
  const started = performance.now();
  const sizeWith = async (readouts: readonly DemoReadout[]): Promise<DemoSize> => {
    const rate = await elementLayersPerSecond(gpu, options, kernelsOf(DEPTHS.at(-1)!, readouts));
    const left = Math.max(options.seconds / 2, options.seconds - (performance.now() - started) / 1e3);
    const pairs = DEPTHS.map((depths) => {
      const kernels = kernelsOf(depths, readouts);
      return Math.floor((left * rate) / elementLayersPerPair(kernels, options.train.images));
    });
    return { ...largestSize(options, pairs), readouts };
  };
  const size = await sizeWith(['vanilla', 'gap']);
  const enough =
    size.trainCount >=
    Math.min(LEAST_IMAGES_PER_CLASS * options.train.classes!, options.train.images.count / 2);
  return enough || options.trainCount !== undefined ? size : sizeWith(['vanilla']);
}

/**
 * The most work among the sizes of at most so many pairs; the least of all if none is small enough.
 *
 * @param pairs Pairs that there is time for, per list of depths.
 */
export function largestSize(
  { train, test, trainCount, testCount }: Omit<DemoSizeOptions, 'seconds'>,
  pairs: readonly number[],
): Omit<DemoSize, 'readouts'> {
  const testCountFor = (count: number) =>
    testCount ?? Math.min(count, test ? test.images.count : train.images.count - count);
  const most = train.images.count - (test ? 0 : (testCount ?? 1));
  const possible = TRAIN_COUNTS.filter((count) => count <= most);
  const counts = trainCount === undefined ? (possible.length > 0 ? possible : [most]) : [trainCount];
  const wanted = Math.min(IMAGES_PER_CLASS * train.classes!, counts[0]);
  for (const [index, depths] of DEPTHS.entries()) {
    const last = index === DEPTHS.length - 1;
    const fits = counts.find(
      (count) => (count * (count + 1)) / 2 + count * testCountFor(count) <= pairs[index],
    );
    const count = fits ?? (last ? counts.at(-1)! : 0);
    if (count >= wanted || last) return { trainCount: count, testCount: testCountFor(count), depths };
  }
  throw new Error('unreachable: the last list of depths always returns');
}

function assertUsable({ train, test, trainCount, testCount }: DemoSizeOptions): void {
  for (const set of test ? [train, test] : [train]) {
    if (set.labels !== undefined) continue;
    throw new InputError(
      set.files.join(', '),
      'has no labels beside it; the demo needs the class of every image',
    );
  }
  assertOneScale(
    { option: '--scale', files: train.sources.images },
    ...(test ? [{ option: '--test-scale', files: test.sources.images }] : []),
  );
  const check = (set: LabelledImages, asked: number | undefined, what: string) => {
    if (asked !== undefined && asked > set.images.count) {
      throw new InputError(
        set.files.join(', '),
        `${asked} ${what} are asked for, but there are ${set.images.count}`,
      );
    }
  };
  check(train, trainCount, 'training images');
  check(test ?? train, testCount, 'test images');
  const asked = (trainCount ?? 1) + (testCount ?? 1);
  if (test === undefined && asked > train.images.count) {
    throw new InputError(
      train.files.join(', '),
      `${trainCount ?? 1} training and ${testCount ?? 1} test images are asked for, but there are ` +
        `${train.images.count} together; ask for fewer`,
    );
  }
}

function elementLayersPerPair(kernels: readonly KernelSpec[], shape: ImageShape): number {
  const planes = planPasses(kernels, shape).reduce((sum, pass) => sum + pass.planes.length * pass.layers, 0);
  return planes * shape.height * shape.width;
}

/** Compiles the kernels, then doubles the images until the measurement takes a sixteenth of the whole: fixed costs would pass for slowness. */
async function elementLayersPerSecond(
  gpu: Gpu,
  { train, seconds, signal }: DemoSizeOptions,
  kernels: readonly KernelSpec[],
): Promise<number> {
  const gramOf = (count: number) => {
    const indices = Array.from({ length: count }, (_, i) => i);
    const { train: images } = normalize('standardize', selectImages(train, indices).images);
    return computeGram(gpu, { images, kernels, signal });
  };
  await gramOf(1);
  for (let count = 2; ; count = Math.min(2 * count, train.images.count)) {
    const { elementLayers, elapsedMs } = await gramOf(count);
    if (elapsedMs >= 60 * seconds || count >= train.images.count) return elementLayers / (elapsedMs / 1e3);
  }
}
