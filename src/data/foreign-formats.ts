import { baseName, folderName, inFolder, nameEnding } from '../text/paths.js';
import type { Bytes } from './bytes.js';
import type { ArrayPlace, Role } from './convert.js';
import * as lines from './foreign-lines.js';
import { shellWord } from '../text/shell-words.js';
import { latin1Text } from '../text/byte-text.js';

/** The start of a file of unknown format: its bytes, and the same as text of one character per byte. */
interface Start {
  readonly bytes: Uint8Array;
  readonly text: string;
  readonly place: ArrayPlace;
  readonly role: Role;
}

interface ForeignFormat {
  readonly name: string;
  readonly matches: (start: Start) => boolean;
  /** What to do; a command line where there is one. */
  readonly remedy: (start: Start) => string;
}

const begins =
  (...magics: readonly string[]) =>
  ({ text }: Start) =>
    magics.some((magic) => text.startsWith(magic));
const convert =
  (line: (place: ArrayPlace) => string) =>
  ({ place }: Start) =>
    `convert it: ${line(place)}`;
const unpackWith =
  (program: string) =>
  ({ place }: Start) =>
    `unpack it and name what comes out: ${program} ${shellWord(place.path)}`;
const again = () => 'fetch the data again';

const HDF5 = '\x89HDF\r\n\x1a\n';
/** The mark of pickles of protocol 2 and later. */
const PICKLE = [2, 3, 4, 5].map((protocol) => `\x80${String.fromCharCode(protocol)}`);
/** How one of protocol 0 or 1 begins: a list, tuple or dictionary that is remembered, or a function of NumPy. */
const OLD_PICKLE = /^(?:\(*[dlt]p\d+\n|\(*[}\])]q[\0-\x20]\(?|\(*cnumpy)/;
/** The number at the start of the files of torch.save before it wrote zip archives, pickled. */
const TORCH_LEGACY = '\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19';

/** True for the first bytes of a pickle, but not of one that torch.save wrote. */
export function isPickle(start: Uint8Array): boolean {
  const text = latin1Text(start.subarray(0, 64));
  const isMarked = PICKLE.some((mark) => text.startsWith(mark));
  return (isMarked && !text.startsWith(TORCH_LEGACY, 2)) || OLD_PICKLE.test(text);
}

/** Formats whose first bytes leave no doubt; none of them can be the start of a record of CIFAR-10. */
const FOREIGN: readonly ForeignFormat[] = [
  {
    name: 'a PyTorch file',
    matches: ({ text }) => text.startsWith(TORCH_LEGACY, 2),
    remedy: convert(lines.torchLine),
  },
  {
    name: 'a MATLAB 7.3 file',
    matches: ({ text }) =>
      text.startsWith('MATLAB 7.3') || (text.startsWith('MATLAB') && text.startsWith(HDF5, 512)),
    remedy: convert((place) => lines.hdf5Line(place, true)),
  },
  {
    name: 'an HDF5 file',
    matches: ({ text }) => [0, 512, 1024, 2048].some((at) => text.startsWith(HDF5, at)),
    remedy: convert((place) => lines.hdf5Line(place, false)),
  },
  {
    name: 'an Arrow file',
    matches: begins('ARROW1'),
    remedy: convert((place) => lines.arrowLine(place, 'file')),
  },
  {
    name: 'an Arrow stream',
    matches: ({ text }) => text.startsWith('\xff\xff\xff\xff') && text.startsWith('\x10\0\0\0', 8),
    remedy: convert((place) => lines.arrowLine(place, 'stream')),
  },
  {
    name: 'a tar archive',
    matches: ({ text }) => text.startsWith('ustar', 257),
    remedy: ({ place, text }) =>
      `unpack it and name the files in it, as ${shellWord(tarMember(text))}: tar xf ${shellWord(place.path)}`,
  },
  {
    name: 'a picture',
    matches: ({ text }) => /^(?:GIF8|BM.{4}\0{4}|II\*\0|MM\0\*|P[56]\n|RIFF.{4}WEBP)/s.test(text),
    remedy: ({ place }) => pictureRemedy(place),
  },
  { name: 'packed with xz', matches: begins('\xfd7zXZ\0'), remedy: unpackWith('xz -dk') },
  {
    name: 'packed with bzip2',
    matches: ({ text }) => /^BZh[1-9]1AY/.test(text),
    remedy: unpackWith('bzip2 -dk'),
  },
  { name: 'packed with Zstandard', matches: begins('\x28\xb5\x2f\xfd'), remedy: unpackWith('zstd -d') },
  { name: 'a 7-Zip archive', matches: begins('7z\xbc\xaf\x27\x1c'), remedy: unpackWith('7z x') },
  { name: 'a RAR archive', matches: begins('Rar!\x1a\x07'), remedy: unpackWith('7z x') },
  {
    name: 'a web page, not data',
    matches: ({ text }) => /^\s{0,80}<(?:!doctype|html)/i.test(text),
    remedy: () => 'the address it was fetched from showed this page; fetch the data itself',
  },
  {
    name: 'a pointer of Git LFS, not data',
    matches: begins('version https://git-lfs'),
    remedy: () => 'fetch the data in its repository: git lfs pull',
  },
  { name: 'an error message in XML, not data', matches: begins('<?xml'), remedy: again },
];

/** Formats that are seen only by what follows their first bytes, or that are close to anything. */
const LOOSE: readonly ForeignFormat[] = [
  {
    name: 'a TFRecord file',
    matches: ({ bytes }) => isTfRecord(bytes),
    remedy: ({ place }) =>
      `convert it, with the names that its features have in place of image and label: ${lines.tfrecordLine(place)}`,
  },
  {
    name: 'a safetensors file',
    matches: ({ text }) => /^.{5}\0{3}\{\s*"/s.test(text),
    remedy: convert(lines.safetensorsLine),
  },
  {
    name: 'a MATLAB file',
    matches: ({ place }) => /\.mat$/i.test(place.path),
    remedy: convert(lines.matlabLine),
  },
  {
    name: 'text',
    matches: ({ bytes, place }) => isText(bytes) && !/\.bin(?:\.gz)?$/i.test(place.path),
    remedy: ({ place, text, role }) => textRemedy(place, text, role),
  },
];

/** What a content of another program is, and how it is converted; undefined if its first bytes are none of these. */
export function foreignProblem(bytes: Bytes, start: Uint8Array, role: Role): string | undefined {
  return problemOf(FOREIGN, bytes, start, role);
}

/** The same of formats that show less clearly: for contents that are nothing else. */
export function looseProblem(bytes: Bytes, start: Uint8Array, role: Role): string | undefined {
  return problemOf(LOOSE, bytes, start, role);
}

/** What the formats are known by. */
const HEAD_BYTES = 8192;

function problemOf(
  formats: readonly ForeignFormat[],
  { path, gzip }: Bytes,
  start: Uint8Array,
  role: Role,
): string | undefined {
  const bytes = start.subarray(0, HEAD_BYTES);
  const text = latin1Text(bytes);
  const place = { path, ...(gzip === true && { gzip }) };
  const found = formats.find((format) => format.matches({ bytes, text, place, role }));
  return (
    found && `its format is not read here: it is ${found.name}; ${found.remedy({ bytes, text, place, role })}`
  );
}

/** What a zip archive without .npy members is. */
export function zipProblem(place: ArrayPlace, names: readonly string[]): string {
  if (names.some((name) => /(?:^|\/)data\.pkl$/.test(name))) {
    return `its format is not read here: it is a PyTorch file; convert it: ${lines.torchLine(place)}`;
  }
  const some = names.slice(0, 3).map((name) => JSON.stringify(name));
  const folder = shellWord(place.path.replace(/\.zip$/i, '') + '-files');
  const list = names.length === 0 ? 'is empty' : `has ${some.join(', ')}${names.length > 3 ? ', …' : ''}`;
  return `the zip archive holds no .npy arrays (it ${list}); save it with np.savez, or unpack it and name the files in it: python3 -m zipfile -e ${shellWord(place.path)} ${folder}`;
}

function pictureRemedy({ path }: ArrayPlace): string {
  const end = nameEnding(path);
  const pattern = end === '' ? baseName(path) : `*${end}`;
  const [folder, out] = [folderName(path), inFolder(folderName(path), 'pictures.npz')];
  return `save pictures of one size as one array, as those of this folder: ${lines.picturesLine(folder, pattern, 'RGB', out)}`;
}

/** A file in a tar archive, by the first of its headers that is one of a file. */
function tarMember(text: string): string {
  for (let at = 0; at + 512 <= text.length;) {
    if ('\x000'.includes(text.charAt(at + 156))) return text.slice(at, at + 100).split('\0')[0];
    // Headers of extended names, and folders.
    const size = Number.parseInt(text.slice(at + 124, at + 136), 8);
    at += 512 * (1 + Math.ceil((Number.isFinite(size) ? size : 0) / 512));
  }
  return text.slice(0, 100).split('\0')[0];
}

function isText(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte >= 32 || byte === 9 || byte === 10 || byte === 13);
}

function textRemedy(place: ArrayPlace, text: string, role: Role): string {
  const [first, second = ''] = text.split(/\r?\n/, 2);
  const delimiter = [',', ';', '\t'].find((candidate) => first.includes(candidate)) ?? ' ';
  const fields = (delimiter === ' ' ? first.trim().split(/\s+/) : first.split(delimiter)).map((field) =>
    field.trim(),
  );
  const isNumber = (field: string) => field !== '' && Number.isFinite(Number(field));
  const hasNumbers = fields.some(isNumber);
  if (role !== 'labels' && !hasNumbers && !second.split(delimiter).some((field) => isNumber(field.trim()))) {
    return 'known are .npy, .npz, IDX (MNIST) and the binary version of CIFAR-10 (.bin)';
  }
  // A table of several columns without a number in its first line begins with their names.
  const hasNames =
    !hasNumbers && (fields.length > 1 || isNumber(second.trim()) || LABEL_TITLE.test(first.trim()));
  const table = { delimiter, columns: fields.length, headerRows: hasNames ? 1 : 0 };
  const names = hasNames ? ' (its first line is taken for names)' : '';
  return `convert it${names}: ${lines.textLine(place, table, role)}`;
}

const LABEL_TITLE = /^"?(?:labels?|class(?:es)?|category|targets?|y)"?$/i;

/** The length of the first record, then its checksum: CRC-32C, rotated and shifted by a constant. */
function isTfRecord(bytes: Uint8Array): boolean {
  if (bytes.length < 16) return false;
  let crc = 0xffffffff;
  for (const byte of bytes.subarray(0, 8)) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (0x82f63b78 & -(crc & 1));
  }
  crc = ~crc >>> 0;
  const masked = (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(8, true) === masked;
}
