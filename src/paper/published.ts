/** A column of the paper's table, accuracies in percent by depth. */
export interface PublishedColumn {
  /** As the paper calls it. */
  readonly name: string;
  readonly trainCount: number;
  readonly percent: Readonly<Record<number, number>>;
}

export type PaperReadout = 'vanilla' | 'gap';

const FULL = 50_000;
const SMALL = 2000;

/**
 * Test accuracies on CIFAR-10 with 10,000 test images: Arora et al., NeurIPS 2019 (arXiv 1904.11955), table 1. The
 * columns CNN are trained networks.
 */
const CNTK: Readonly<Record<PaperReadout, readonly PublishedColumn[]>> = {
  vanilla: [
    column('CNTK-V', FULL, [64.47, 65.52, 66.03, 65.9, 64.09]),
    column('CNTK-V-2K', SMALL, [40.94, 42.54, 43.43, 43.42, 42.53]),
  ],
  gap: [
    column('CNTK-GAP', FULL, [70.47, 75.93, 76.73, 77.43, 77.08]),
    column('CNTK-GAP-2K', SMALL, [49.71, 51.06, 51.73, 51.92, 52.22]),
  ],
};
const CNN: Readonly<Record<PaperReadout, PublishedColumn>> = {
  vanilla: column('CNN-V', FULL, [59.97, 60.2, 64.11, 69.48, 75.57]),
  gap: column('CNN-GAP', FULL, [63.81, 80.93, 83.75, 82.92, 83.3]),
};

/** Best accuracies of Li et al. 2019 (arXiv 1911.00809), table 1 there: 50,000 training images, 10,000 test images. */
export const PUBLISHED_LAP =
  'Li et al. 2019 report, with 50,000 training images, 80.11 % at best for CNTK with local average pooling (c = 12, ' +
  'depth 5) and 81.40 % with horizontal flips (c = 16, depth 8); for CNN-GP 80.78 % and 82.20 % (both c = 16, depth 8).';

/** The column of the CNTK to be put beside a measurement: that of as many training images, else that of 2,000. */
export function publishedKernel(readout: PaperReadout, trainCount: number): PublishedColumn {
  const columns = CNTK[readout];
  return columns.find((one) => one.trainCount === trainCount) ?? columns[1];
}

/** The column of the trained network; only where the training set is as large. */
export function publishedNetwork(readout: PaperReadout, trainCount: number): PublishedColumn | undefined {
  const found = CNN[readout];
  return found.trainCount === trainCount ? found : undefined;
}

function column(name: string, trainCount: number, values: readonly number[]): PublishedColumn {
  const depths = [3, 4, 6, 11, 21];
  return { name, trainCount, percent: Object.fromEntries(depths.map((depth, i) => [depth, values[i]])) };
}
