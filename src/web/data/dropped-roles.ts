import { InputError } from '../../checks/input-error.js';
import { archiveOf } from '../../data/archives.js';
import type { DroppedHost } from '../../data/dropped-host.js';
import { namesImages, namesLabels } from '../../data/label-names.js';
import { isGzip, openContent } from '../../data/open-content.js';
import { openImages } from '../../data/open-images.js';
import { openLabels } from '../../data/open-labels.js';
import { isLitter, namesPicture } from '../../data/pictures/picture-folder.js';
import { byCodePoints } from '../../text/byte-text.js';
import { assertOnlyPictures, picturesDropped } from './dropped-pictures.js';

/** Files of one set of images, as the command line would be told them. */
export interface DroppedSet {
  readonly paths: readonly string[];
  /** The file of their labels, where it is not found by its name. */
  readonly labels?: string;
}

/** What the files that were dropped are for. */
export interface DroppedRoles {
  readonly train: DroppedSet;
  readonly test: DroppedSet | undefined;
  /** What the user should know, a sentence each. */
  readonly notes?: readonly string[];
}

/** A file, or an array of an archive, of images or of labels. */
interface Part {
  readonly path: string;
  readonly role: 'images' | 'labels';
  readonly count: number;
  /** The file of the labels of images: their own where they lie in it. */
  readonly labelsIn?: string;
}

/** Names of images to test on: test_batch, t10k-images, x_test, Xtest, but not latest. */
const TEST_NAME = /(?<![a-wz])(?:test|t10k|val|valid|validation)(?![a-z])/i;
/** What lies beside data in distributions. */
const NO_DATA = /^(?:readme|license)|\.(?:txt|html?|md|pdf|json|ya?ml|meta)$/i;

/**
 * What the files are for: which hold images to learn from, which images to test on, and which the labels of which, by
 * their contents, and by their names where the contents do not say.
 *
 * @throws InputError as the readers do, and where what is meant is not clear
 */
export async function rolesOf(host: DroppedHost): Promise<DroppedRoles> {
  const paths = host.paths.filter((path) => !path.split('/').some(isLitter)).sort(byCodePoints);
  if (paths.length === 0) throw new InputError('files', 'none were dropped, or only hidden ones');
  const isData = (path: string) => !namesPicture(path) && !NO_DATA.test(host.split(path).name);
  const pictures = paths.filter(namesPicture);
  const data = paths.filter(isData);
  if (pictures.length > 0) {
    // Files that are no pictures are left out of folders of pictures, and their reader says so; but not arrays.
    const arrays = data.filter((path) => /\.(?:npy|npz|bin|gz|idx|mat|pkl)$/i.test(path));
    const labels = arrays.length === 1 ? await labelsIn(host, arrays[0]).catch(() => undefined) : undefined;
    if (labels !== undefined) return { train: { paths: pictures, labels: labels.path }, test: undefined };
    assertOnlyPictures(pictures, arrays);
    return await picturesDropped(host);
  }
  const used = data.length > 0 ? data : paths;
  const parts: Part[] = [];
  for (const path of used) parts.push(...(await partsOf(host, path)));
  return { ...setsOf(host, parts), notes: leftOut(paths.length - used.length, paths, used) };
}

function leftOut(count: number, paths: readonly string[], used: readonly string[]): string[] {
  if (count === 0) return [];
  const example = paths.find((path) => !used.includes(path));
  return [
    `${count} file${count === 1 ? ' holds no data and is' : 's hold no data and are'} left out, as ${example}`,
  ];
}

/** What a file holds; two sets of images where it is an archive of both. */
async function partsOf(host: DroppedHost, path: string): Promise<Part[]> {
  const arrays = (await namesInArchive(host, path)) ?? [];
  const images = arrays.filter((name) => namesImages(name) && !namesLabels(name));
  const [test, train] = [true, false].map((is) => images.filter((name) => TEST_NAME.test(name) === is));
  if (test.length === 1 && train.length === 1)
    return await Promise.all([...train, ...test].map((array) => imagesIn(host, `${path}:${array}`)));
  const { name } = host.split(path);
  if (namesLabels(name) && !namesImages(name)) return [await labelsIn(host, path)];
  try {
    return [await imagesIn(host, path)];
  } catch (error) {
    // Of an archive in which the images are damaged the labels may be whole.
    if (arrays.length > 1) throw error;
    // Labels have no usual names everywhere: one number for each image is nothing else.
    const labels = await labelsIn(host, path, 1).catch(() => undefined);
    if (labels === undefined) throw error;
    return [labels];
  }
}

/** The names of the arrays of an archive; undefined for any other file, and for one that is packed. */
async function namesInArchive(host: DroppedHost, path: string): Promise<readonly string[] | undefined> {
  const file = await host.open(path);
  if (isGzip(await file.read(0, Math.min(2, file.sizeBytes)))) return undefined;
  const { bytes, format } = await openContent(host, path, 'images');
  const archive = await archiveOf(host, bytes, format);
  await (archive ?? bytes).close();
  return archive?.names;
}

async function imagesIn(host: DroppedHost, path: string): Promise<Part> {
  const { images, labels } = await openImages(host, path, { layout: 'nchw', findLabels: true });
  await Promise.all([images.bytes.close(), labels?.bytes.close()]);
  return { path, role: 'images', count: images.count, labelsIn: labels?.bytes.path };
}

async function labelsIn(host: DroppedHost, path: string, numbers = Infinity): Promise<Part> {
  const labels = await openLabels(host, path);
  await labels.bytes.close();
  if (labels.elements > numbers) throw labels.bytes.error('holds several numbers for each image');
  return { path, role: 'labels', count: labels.count };
}

function setsOf(host: DroppedHost, parts: readonly Part[]): Pick<DroppedRoles, 'train' | 'test'> {
  const images = parts.filter(({ role }) => role === 'images');
  const found = new Set(images.map(({ labelsIn }) => labelsIn));
  const labels = parts.filter(({ role, path }) => role === 'labels' && !found.has(path));
  if (images.length === 0) {
    throw new InputError(
      labels[0].path,
      'holds labels, and no images were dropped with it; drop both together',
    );
  }
  const isTest = ({ path }: Part) => TEST_NAME.test(host.split(path).name);
  const [test, train] = [images.filter(isTest), images.filter((part) => !isTest(part))];
  // Images to test on alone are one set like any other.
  if (train.length === 0) return { train: withLabels(test, labels), test: undefined };
  if (test.length === 0) return { train: withLabels(train, labels), test: undefined };
  const [testLabels, trainLabels] = [true, false].map((is) => labels.filter((part) => isTest(part) === is));
  return { train: withLabels(train, trainLabels), test: withLabels(test, testLabels) };
}

/** A set with the file of its labels where none was found by its name. */
function withLabels(images: readonly Part[], labels: readonly Part[]): DroppedSet {
  const paths = images.map(({ path }) => path);
  if (labels.length === 0 || images.every(({ labelsIn }) => labelsIn !== undefined)) return { paths };
  const count = images.reduce((sum, part) => sum + part.count, 0);
  const fitting = labels.filter((part) => part.count === count);
  if (fitting.length > 1) {
    throw new InputError(
      paths.join(', '),
      `its labels could be ${fitting.map(({ path }) => path).join(' or ')}; drop one of them`,
    );
  }
  // One that does not fit is for the reader to refuse, with both counts.
  return { paths, labels: (fitting.at(0) ?? labels[0]).path };
}
