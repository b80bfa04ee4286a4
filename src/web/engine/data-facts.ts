import type { DataFacts } from '../protocol.js';
import type { DataSet } from './data-set.js';
import { picturesOf } from './pictures.js';

/** Pictures that the page shows of a data set before a run. */
const SAMPLES = 48;

/** What the page says of a data set. */
export async function dataFacts({
  kind,
  name,
  images,
  test,
  classNames,
  notes,
}: DataSet): Promise<DataFacts> {
  const { count, channels, height, width } = images;
  const step = Math.max(1, Math.floor(count / SAMPLES));
  const shown = Array.from({ length: Math.min(SAMPLES, count) }, (_, i) => i * step);
  const samples = await picturesOf(images, shown);
  return {
    kind,
    name,
    count,
    testCount: test?.images.count,
    channels,
    height,
    width,
    classNames,
    notes,
    samples,
  };
}
