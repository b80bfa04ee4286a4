import { computeNetworks, InputError, kernels, normalizeBy, type Gpu, type ImageStack } from '../../index.js';
import { networkSvg } from '../../figures/network-figure.js';
import { networkText } from '../../data/network-text.js';
import type { FromWorker, Speech, ToWorker } from '../protocol.js';
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

type Drawing = Extract<ToWorker, { kind: 'classify' }>;

/** What the worker holds, and how it answers the page. */
export class Session {
  private readonly devices = new Devices();
  private data: DataSet | undefined;
  private choice = 0;
  /** The run that is shown; it may be going on. */
  private run: Run | undefined;
  private running = 0;
  private cancelled = new AbortController();
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
        this.stop();
        return;
      case 'show':
        this.shown = message.index;
        this.show();
        return;
      case 'explain': {
        this.explain(message.index, message.image);
        return;
      }
      case 'classify': {
        await this.drawn.do((signal) => this.classify(message, signal));
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

  /** What was wanted last counts, and not what took longest to read. */
  private async takeData(load: () => Promise<DataSet>): Promise<void> {
    const choice = ++this.choice;
    try {
      const data = await load();
      const facts = await dataFacts(data);
      if (choice !== this.choice) return;
      this.data = data;
      this.tell({ kind: 'data', facts });
    } catch (error) {
      if (choice === this.choice) this.tell({ kind: 'bad-data', message: (error as Error).message });
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
    if (this.running > 0) return;
    try {
      const estimate = await this.survive(async (gpu) => {
        const rate = await this.rateOf(gpu, job, settings, data.images, signal);
        return estimateRun(gpu, job, data.images, settings, rate);
      });
      this.tell({ kind: 'estimate', estimate });
    } catch (error) {
      if (signal.aborted) return;
      const { message } = error as Error;
      if (error instanceof NoWebGpuError) this.tell({ kind: 'no-webgpu', reason: message });
      else this.tell({ kind: 'bad-network', message });
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
    this.stop();
    this.cancelled = new AbortController();
    const { signal } = this.cancelled;
    this.running++;
    try {
      const { data } = this;
      if (data === undefined) throw new InputError('images', 'there are none yet');
      const job = jobOf(settings);
      const chosen = chooseImages(data, settings);
      const rate = await this.survive((gpu) => this.rateOf(gpu, job, settings, data.images, signal));
      const depths = depthsOf(job);
      const images = await runImages(data, chosen, depths);
      signal.throwIfAborted();
      const run = new Run({ job, images: chosen, rate, signal }, this.tell, () => this.showSoon());
      this.run = run;
      this.spectra.clear();
      this.shown = Math.min(shown, depths.length - 1);
      this.tell({ kind: 'started', images });
      this.show();
      await this.survive((gpu) => run.compute(gpu));
      this.show();
    } catch (error) {
      if (signal.aborted) this.tell({ kind: 'cancelled' });
      else this.tell({ kind: 'failed', message: (error as Error).message });
    } finally {
      this.running--;
    }
  }

  /** Ends the run that is going on, or about to begin. */
  private stop(): void {
    this.cancelled.abort(new DOMException('the run was cancelled', 'AbortError'));
  }

  /** Does some work on the device, and does it again where the device is lost. */
  private async survive<T>(work: (gpu: Gpu) => Promise<T>): Promise<T> {
    return await this.devices.survive(work, (message) => this.tell({ kind: 'lost', message }));
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
    const row = this.run!.test.matrices[index].subarray(image * model.n, (image + 1) * model.n);
    this.tell({ kind: 'speech', image, speech: speechOf(model, row) });
  }

  /** Answers in any case, so that nobody waits for ever. */
  private async classify({ index, drawing, ink }: Drawing, signal: AbortSignal): Promise<void> {
    const started = performance.now();
    let speech: Speech | undefined;
    try {
      speech = await this.speechOfInk(index, ink, signal);
    } finally {
      this.tell({ kind: 'drawing', drawing, speech, elapsedMs: performance.now() - started });
    }
  }

  private async speechOfInk(
    index: number,
    ink: Float32Array,
    signal: AbortSignal,
  ): Promise<Speech | undefined> {
    const { run } = this;
    const model = run?.models[index];
    if (run === undefined || model === undefined) return undefined;
    const { train, isDarkInk, inkShare, statistics } = run.images;
    const data = placeInk(ink, train, { share: inkShare, isDark: isDarkInk });
    if (data === undefined) return undefined;
    const { channels, height, width } = train;
    const image = normalizeBy('standardize', { data, count: 1, channels, height, width }, statistics);
    const row = await this.survive((gpu) => rowOf(gpu, run.job, index, image, train, signal));
    return speechOf(model, row);
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
