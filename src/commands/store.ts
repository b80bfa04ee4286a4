import { realpath } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Argv, InferredOptionTypes } from 'yargs';
import { exportArchive, exportMatrices } from '../store/export.js';
import { inspectStore } from '../store/inspect-store.js';
import { tellingRemedy } from '../store/kept-tiles.js';
import { mergeIntoMatrices } from '../store/merge-matrices.js';
import { StoreError } from '../store/store-error.js';
import { TileStore } from '../store/tile-store.js';
import { COVERAGE_LEGEND, coveragePicture } from '../store/coverage.js';
import { matricesOf, resultReport } from '../store/assembly.js';
import { OUTPUT, reportOptions } from './options/common-options.js';
import { UsageError } from './process/errors.js';
import { InterruptedError } from '../signals/interrupted-error.js';
import { withInterruption } from './process/interruption.js';
import { defineOptions, optional, text } from './options/options.js';
import { Progress } from './process/progress.js';
import { printData, printJson } from './process/streams.js';
import { formatPercent } from '../text/numbers.js';
import { formatSize } from '../text/sizes.js';
import type { CommandBody } from './options/lazy-command.js';

const options = {
  out: optional(text(OUTPUT, 'export: the file, .npy for one kernel or .npz for all')),
  name: optional(text(OUTPUT, 'export: name of the kernel for a .npy file, as ntk-gap-d11-hidden')),
  ...reportOptions,
};

const ACTIONS = ['info', 'verify', 'export', 'merge'] as const;

interface StoreArguments extends InferredOptionTypes<typeof options> {
  readonly action?: (typeof ACTIONS)[number];
  readonly folder?: string;
  readonly sources?: readonly string[];
}

interface Context {
  readonly store: TileStore;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

export const storeCommand: CommandBody<StoreArguments> = {
  builder: (argv: Argv) =>
    defineOptions(argv, options)
      .positional('action', {
        describe:
          'info: what and how much there is; verify: read and check every tile; export: write a matrix; merge: take the tiles of other folders, and write all matrices if none is missing',
        choices: ACTIONS,
      })
      .positional('folder', { describe: 'Made by cntk kernel --out', type: 'string' })
      .positional('sources', {
        describe: 'merge: other folders of the same computation',
        type: 'string',
        array: true,
      })
      .example('$0 store info kernels', '')
      .example('$0 store verify kernels', '')
      .example('$0 store export kernels --name ntk-gap-d11-hidden --out K.npy', '')
      .example('$0 store export kernels --out all.npz', '')
      .example('$0 store merge kernels from-host-a from-host-b', ''),
  handler: (args) => withInterruption((signal) => run(args, signal)),
};

async function run(args: StoreArguments, signal: AbortSignal): Promise<void> {
  const { action, folder, sources = [] } = args;
  if (action !== 'merge' && sources.length > 0)
    throw new UsageError(
      `store ${action} takes one folder, but ${sources[0]} follows; only merge takes several`,
    );
  if (action !== 'export' && (args.out !== undefined || args.name !== undefined))
    throw new UsageError('--out and --name belong to store export');
  using progress = new Progress(args.quiet ?? false);
  const context: Context = { store: await TileStore.open(folder!), progress, signal };
  if (action === 'export') await exportStore(args, context);
  else if (action === 'merge') {
    await merge(args, context).catch((error: unknown) => {
      if (!(error instanceof InterruptedError)) throw error;
      throw new InterruptedError(error.signal, `tiles that were merged stay in ${folder}`);
    });
  } else await show(args, context, action === 'verify');
}

/** `info`, and with `reads` also `verify`. */
async function show(
  args: StoreArguments,
  { store, progress, signal }: Context,
  reads: boolean,
): Promise<void> {
  const { report, states } = await inspectStore(store, { reads, reporter: progress, signal });
  const { computation } = store;
  const { blocks, tileImages } = computation;
  if (args.json) printJson(report);
  else {
    const share = formatPercent(report.pairs.finished / report.pairs.all, 1);
    const pictures = blocks.flatMap((block) => [
      '',
      `${block.name} ${block.rows}×${block.columns}, tiles of ${tileImages} images a side`,
      coveragePicture(block, tileImages, states),
    ]);
    printData(
      [
        `kernels        ${computation.kernels.map(({ name }) => name).join(', ')}`,
        `images         ${computation.imageShape.join('×')}, normalisation ${computation.normalization}`,
        ...blocks.map(
          ({ name, rowsSha256, columnsSha256 }) =>
            `${name.padEnd(15)}SHA-256 of the images ${[...new Set([rowsSha256, columnsSha256])].map((sha) => sha.slice(0, 16)).join(' × ')}…`,
        ),
        `begun by       version ${computation.version} on ${computation.adapter.name} (${computation.adapter.backend})`,
        `tiles          ${report.tiles.finished} of ${report.tiles.all}, ${share} of ${report.pairs.all} pairs, ${formatSize(report.sizeBytes)}${reads ? ', all checked' : ''}`,
        ...report.damaged.map((message) => `damaged        ${message}`),
        ...pictures,
        COVERAGE_LEGEND,
      ].join('\n'),
    );
  }
  if (report.tiles.damaged > 0) {
    throw new StoreError(
      `${store.folder}: ${report.tiles.damaged} of ${store.tileCount} tiles are damaged; cntk kernel with the same --out computes them again`,
    );
  }
}

async function exportStore(args: StoreArguments, { store, progress, signal }: Context): Promise<void> {
  const { out, name } = args;
  if (out === undefined || !/\.np[yz]$/.test(out))
    throw new UsageError('store export needs --out FILE.npy or FILE.npz');
  const matrices = matricesOf(store);
  const names = matrices.map(({ file }) => file.slice(0, -'.npy'.length));
  const chosen = name === undefined ? matrices : matrices.filter((_, index) => names[index] === name);
  if (chosen.length === 0) throw new UsageError(`--name ${name}: there are ${names.join(', ')}`);
  if (out.endsWith('.npy') && chosen.length > 1)
    throw new UsageError(`${out} holds one matrix; choose one with --name: ${names.join(', ')}`);
  await assertOutside(store, out);
  progress.phase('export');
  const options = { signal, onProgress: (fraction: number) => progress.update(fraction, '') };
  await tellingRemedy(store, async () => {
    if (out.endsWith('.npz')) await exportArchive(store, chosen, out, options);
    else await exportMatrices(store, [{ ...chosen[0], path: out }], options);
  });
  progress.end();
  if (args.json) printJson({ out, matrices: chosen.map(({ file }) => file), ...store.computation.inputs });
  else printData(out);
}

async function merge(args: StoreArguments, { store, progress, signal }: Context): Promise<void> {
  const { merged, result } = await mergeIntoMatrices(store, args.sources ?? [], {
    reporter: progress,
    signal,
    describe: () => ({ ...resultReport(store), warnings: progress.warnings }),
  });
  if (args.json) printJson({ folder: store.folder, merged, ...result });
  else
    printData(
      [`${merged} tiles merged`, ...matricesOf(store).map(({ file }) => `${store.folder}/${file}`)].join(
        '\n',
      ),
    );
}

/** A result must not take the place of what it is made of. @throws UsageError */
async function assertOutside(store: TileStore, out: string): Promise<void> {
  const real = (path: string) => realpath(path).catch(() => resolve(path));
  if ((await real(dirname(out))) === (await real(store.tilesFolder)))
    throw new UsageError(`--out ${out} lies among the tiles of the store; use another --out`);
}
