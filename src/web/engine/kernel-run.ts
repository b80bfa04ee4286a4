import { argmax, evaluate, fit, type Gpu, type ImageStack, type Model } from '../../index.js';
import type { DepthResult, FromWorker, WorkProgress } from '../protocol.js';
import { computeBlock, pairsOfTile, tileSize, tilesOf } from './blocks.js';
import type { ChosenImages } from './chosen-images.js';
import { depthsOf, type PairKernel } from './job.js';
import { KernelBlock } from './matrices.js';
import type { JobRate } from './measure.js';

/** In units of the mean of the diagonal: so little changes no prediction, and repeated images cannot do harm. */
const RIDGE = 1e-6;

type Tell = (message: FromWorker) => void;

export interface RunPlan {
  readonly job: PairKernel;
  readonly images: ChosenImages;
  readonly rate: JobRate;
  /** Ends the run. */
  readonly signal: AbortSignal;
}

/** A run and all that it has computed: it can go on after its device was lost, and answers questions when it is done. */
export class Run {
  readonly job: PairKernel;
  readonly images: ChosenImages;
  readonly train: KernelBlock;
  readonly test: KernelBlock;
  /** [depths]; absent where the regression is not solved yet. */
  readonly models: (Model | undefined)[];
  private readonly rate: JobRate;
  private readonly signal: AbortSignal;
  private readonly totalPairs: number;
  private readonly started = performance.now();
  private donePairs = 0;
  private doneWork = 0;

  constructor(
    plan: RunPlan,
    private readonly tell: Tell,
    /** Called when a part of the training kernel has come. */
    private readonly onTile: () => void,
  ) {
    ({ job: this.job, images: this.images, rate: this.rate, signal: this.signal } = plan);
    const depths = depthsOf(this.job).length;
    const [n, m] = [this.images.train.count, this.images.test.count];
    this.train = new KernelBlock(n, n, depths);
    this.test = new KernelBlock(m, n, depths);
    this.models = Array.from({ length: depths }, () => undefined);
    this.totalPairs = (n * (n + 1)) / 2 + m * n;
  }

  /**
   * Computes what is missing of both kernels, and solves the regression of every depth.
   *
   * @throws what the library throws; the signal's reason
   */
  async compute(gpu: Gpu): Promise<void> {
    await this.fill(gpu, 'train');
    await this.fill(gpu, 'test');
    await this.solve(gpu);
    const elapsedMs = performance.now() - this.started;
    const elementLayersPerSecond = (1000 * this.doneWork) / elapsedMs;
    this.tell({ kind: 'done', seconds: elapsedMs / 1000, elementLayersPerSecond });
  }

  /** Computes what is missing of a block. */
  private async fill(gpu: Gpu, phase: 'train' | 'test'): Promise<void> {
    const { job, images, signal } = this;
    const symmetric = phase === 'train';
    const block = this[phase];
    const tileImages = tileSize(block.columns);
    const tiles = block.missing(tilesOf(block.rows, block.columns, symmetric, tileImages));
    if (tiles.length === 0) return;
    const rows: ImageStack = images[phase];
    const request = { rows, against: symmetric ? undefined : images.train, tiles, tileImages, signal };
    const onWork = (work: number) => {
      this.doneWork += work;
      // Within a tile the work tells how far it is.
      const within = Math.min(1, (this.doneWork - atTile) / this.rate.elementLayersPerPair / tilePairs);
      this.progress(phase, this.donePairs + within * tilePairs);
    };
    let [atTile, tilePairs] = [this.doneWork, pairsOfTile(tiles[0])];
    for await (const computed of computeBlock(gpu, job, { ...request, onWork })) {
      block.put(computed);
      this.donePairs += pairsOfTile(computed.tile);
      const next = tiles[tiles.indexOf(computed.tile) + 1] ?? computed.tile;
      [atTile, tilePairs] = [this.doneWork, pairsOfTile(next)];
      this.progress(phase, this.donePairs);
      if (symmetric) this.onTile();
    }
  }

  private progress(phase: WorkProgress['phase'], pairs: number): void {
    if (this.signal.aborted) return;
    const elapsed = (performance.now() - this.started) / 1000;
    const share = Math.min(1, pairs / this.totalPairs);
    const secondsLeft = share > 0.02 ? (elapsed / share) * (1 - share) : undefined;
    this.tell({
      kind: 'progress',
      progress: { phase, share, elementLayersPerSecond: this.doneWork / elapsed, secondsLeft },
    });
  }

  private async solve(gpu: Gpu): Promise<void> {
    const { images, signal, models } = this;
    // The deepest first: it is what the page shows.
    for (let index = models.length - 1; index >= 0; index--) {
      if (models[index] !== undefined) continue;
      this.progress('solve', this.totalPairs);
      const data = this.train.matrices[index];
      const n = images.train.count;
      const kernel = { rows: n, columns: n, data };
      const model = await fit(gpu, kernel, images.trainClasses, { ridge: RIDGE, signal });
      models[index] = model;
      this.tell({ kind: 'result', result: this.resultOf(index, model) });
    }
  }

  private resultOf(index: number, model: Model): DepthResult {
    const { images } = this;
    const { scores } = model.predict(this.test.matrices[index]);
    const predicted = Int32Array.from(argmax(scores, model.classes.length));
    const { accuracy } = evaluate(images.testClasses, predicted);
    return { index, accuracy, predicted, scores: Float32Array.from(scores) };
  }
}
