import { computeNetworks, kernels, normalizeBy, type Gpu, type ImageStack } from '../../index.js';
import { networkSvg } from '../../figures/network-figure.js';
import { networkText } from '../../data/network-text.js';
import type { FromWorker, ToWorker } from '../protocol.js';
import type { Settings } from '../settings.js';
import { chooseImages } from './chosen-images.js';
import { dataFacts } from './data-facts.js';
import type { DataSet } from './data-set.js';
import { adapterFacts, Devices, NoWebGpuError } from './device.js';
import { loadDigitsFile } from './digits-file.js';
import { downloadOf } from './downloads.js';
import { readFiles } from './dropped-files.js';
import { placeInk } from './ink.js';
import { depthsOf, jobOf, networkOf, type PairKernel } from './job.js';
import { Latest } from './latest.js';
import { estimateRun, measurePairRate, type JobRate } from './measure.js';
import { matrixPicture } from './picture.js';
import { Run } from './kernel-run.js';
import { runImages } from './run-images.js';
import { speechOf } from './speech.js';
import { spectrum } from './spectrum.js';

/** Pictures of a matrix that fills follow each other no faster. */
const PICTURE_MS = 80;

/** What the worker holds, and how it answers the page. */
export class Session {
  private readonly devices = new Devices();
  private data: DataSet | undefined;
  private run: Run | undefined;
  private shown = 0;
  private lastPicture = 0;
  private readonly spectra = new Map<number, readonly number[]>();
  private readonly described = new Latest();
  private readonly analysed = new Latest();
  private readonly drawn = new Latest();
  private readonly rates = new Map<string, JobRate>();

  constructor(private readonly tell: (message: FromWorker) => void) {}

  async answer(message: ToWorker): Promise<void> {
    switch (message.kind) {
      case 'open': {
        await this.open();
        return;
      }
      case 'digits': {
        await this.takeData(loadDigitsFile);
        return;
      }
      case 'files': {
        await this.takeData(() => readFiles(message.files));
        return;
      }
      case 'describe': {
        await this.described.do((signal) => this.describe(message.settings, signal));
        return;
      }
      case 'run': {
        await this.start(message.settings, message.shown);
        return;
      }
      case 'cancel':
        return this.run?.cancel();
      case 'show':
        this.shown = message.index;
        {
          this.show();
          return;
        }
      case 'explain': {
        this.explain(message.index, message.image);
        return;
      }
      case 'classify': {
        await this.drawn.do((signal) => this.classify(message.index, message.ink, signal));
        return;
      }
      case 'download':
        if (this.run) this.tell({ kind: 'file', ...downloadOf(this.run, message.what, message.index) });
    }
  }

  private async open(): Promise<void> {
    try {
      this.tell({ kind: 'adapter', facts: adapterFacts(await this.devices.get()) });
    } catch (error) {
      const reason = (error as Error).message;
      if (error instanceof NoWebGpuError) this.tell({ kind: 'no-webgpu', reason });
      else this.tell({ kind: 'no-webgpu', reason: `The graphics adapter does not open: ${reason}` });
    }
  }

  private async takeData(load: () => Promise<DataSet>): Promise<void> {
    try {
      const data = await load();
      this.data = data;
      this.tell({ kind: 'data', facts: await dataFacts(data) });
    } catch (error) {
      this.tell({ kind: 'bad-data', message: (error as Error).message });
    }
  }

  /** Draws the network, and measures what a run takes. */
  private async describe(settings: Settings, signal: AbortSignal): Promise<void> {
    const { data } = this;
    if (data === undefined) return;
    let job: PairKernel;
    try {
      job = jobOf(settings);
      const network = networkOf(settings);
      const svg = networkSvg('The network', network, data.images);
      const text = networkText('layers.yaml', network);
      this.tell({ kind: 'network', svg, text, remarks: network.remarks });
    } catch (error) {
      this.tell({ kind: 'bad-network', message: (error as Error).message });
      return;
    }
    this.tell({ kind: 'estimate', estimate: undefined });
    // A run has the device to itself.
    if (this.run !== undefined && !this.run.isOver) return;
    try {
      const gpu = await this.devices.get();
      const rate = await this.rateOf(gpu, job, settings, data.images, signal);
      const estimate = estimateRun(gpu, job, data.images, settings, rate);
      this.tell({ kind: 'estimate', estimate });
    } catch (error) {
      if (signal.aborted || error instanceof NoWebGpuError) return;
      this.tell({ kind: 'bad-network', message: (error as Error).message });
    }
  }

  private async rateOf(
    gpu: Gpu,
    job: PairKernel,
    settings: Settings,
    images: ImageStack,
    signal: AbortSignal,
  ): Promise<JobRate> {
    const { channels, height, width } = images;
    const { network, depth, radius, preset, layers, kernel } = settings;
    const key = JSON.stringify([network, depth, radius, preset, layers, kernel, channels, height, width]);
    let rate = this.rates.get(key);
    if (rate === undefined) {
      rate = await measurePairRate(gpu, job, images, signal);
      this.rates.set(key, rate);
    }
    return rate;
  }

  private async start(settings: Settings, shown: number): Promise<void> {
    this.described.cancel();
    this.analysed.cancel();
    this.run?.cancel();
    const { data } = this;
    if (data === undefined) return;
    try {
      const job = jobOf(settings);
      const chosen = chooseImages(data, settings);
      const gpu = await this.devices.get();
      const { signal } = new AbortController();
      const rate = await this.rateOf(gpu, job, settings, data.images, signal);
      const depths = depthsOf(job);
      const run = new Run(job, chosen, rate, this.tell, () => this.showSoon());
      this.run = run;
      this.spectra.clear();
      this.shown = Math.min(shown, depths.length - 1);
      this.tell({ kind: 'started', images: await runImages(data, chosen, depths) });
      this.show();
      await run.compute(this.devices);
      this.show();
    } catch (error) {
      if ((error as Error).name === 'AbortError') this.tell({ kind: 'cancelled' });
      else this.tell({ kind: 'failed', message: (error as Error).message });
    }
  }

  private showSoon(): void {
    if (performance.now() - this.lastPicture > PICTURE_MS) this.show();
  }

  /** Sends the picture of the matrix that is shown, and its spectrum when it is whole. */
  private show(): void {
    const { run, shown } = this;
    if (run === undefined) return;
    this.lastPicture = performance.now();
    const { matrices, columns } = run.train;
    this.tell({ kind: 'picture', picture: matrixPicture(matrices[shown], columns, shown) });
    if (run.models[shown] === undefined) return;
    this.analysed.cancel();
    void this.analysed.do((signal) => this.analyse(run, shown, signal));
  }

  private async analyse(run: Run, index: number, signal: AbortSignal): Promise<void> {
    const values =
      this.spectra.get(index) ?? (await spectrum(run.train.matrices[index], run.train.rows, signal));
    signal.throwIfAborted();
    this.spectra.set(index, values);
    this.tell({ kind: 'spectrum', index, values });
  }

  private explain(index: number, image: number): void {
    const model = this.run?.models[index];
    if (model === undefined) return;
    const started = performance.now();
    const row = this.run!.test.matrices[index].subarray(image * model.n, (image + 1) * model.n);
    const speech = speechOf(model, row);
    this.tell({ kind: 'speech', of: 'test', speech, elapsedMs: performance.now() - started });
  }

  private async classify(index: number, ink: Float32Array, signal: AbortSignal): Promise<void> {
    const { run } = this;
    const model = run?.models[index];
    if (run === undefined || model === undefined) return;
    const { train, isDarkInk, inkShare, statistics } = run.images;
    const data = placeInk(ink, train, { share: inkShare, isDark: isDarkInk });
    if (data === undefined) return;
    const { channels, height, width } = train;
    const drawing = normalizeBy('standardize', { data, count: 1, channels, height, width }, statistics);
    const started = performance.now();
    const row = await this.devices.survive(
      (gpu) => rowOf(gpu, run.job, index, drawing, train, signal),
      (message) => this.tell({ kind: 'lost', message }),
    );
    const speech = speechOf(model, row);
    this.tell({ kind: 'speech', of: 'drawing', speech, elapsedMs: performance.now() - started });
  }
}

/** The kernel between one image and the training images. */
async function rowOf(
  gpu: Gpu,
  job: PairKernel,
  index: number,
  image: ImageStack,
  train: ImageStack,
  signal: AbortSignal,
): Promise<Float32Array> {
  if (job.kind === 'chain') {
    const [{ data }] = await kernels(gpu, [job.kernels[index]], image, train, { signal });
    return data;
  }
  const { network, ntk } = job;
  const result = await computeNetworks(gpu, {
    networks: [network],
    images: image,
    against: train,
    ntk,
    signal,
  });
  const [matrices] = result.kernels;
  return Float32Array.from(ntk ? matrices.ntk! : matrices.nngp);
}
