import { convertedFile, pythonLine, pythonString, type ArrayPlace, type Role } from './convert.js';

// Command lines that turn the formats of other programs into .npz archives. An archive keeps the names of what is in
// the file, so that the line is the same for every content, and the readers find images and labels by those names.

/** Takes dictionaries and tuples in each other apart: the arrays in them, by names as `train_images` or `0_1`. */
const FLATTEN =
  'f = lambda t, n: sum((f(v, f"{n}_{k}" if n else str(k)) for k, v in (t.items() if isinstance(t, dict) else enumerate(t))), []) if isinstance(t, (dict, tuple)) else [(n or "x", np.asarray(t))]';
/** The value of a column of a table: encoded pictures, as Hugging Face keeps them, are decoded. */
const PICTURES =
  'np.stack([np.asarray(Image.open(io.BytesIO(v["bytes"]))) if isinstance(v, dict) else v for v in d[c]])';

function outputOf(place: ArrayPlace): string {
  return pythonString(convertedFile(place, 'arrays.npz'));
}

function opened({ path, gzip }: ArrayPlace): string {
  return `${gzip === true ? 'gzip.open' : 'open'}(${pythonString(path)}, "rb")`;
}

export function torchLine(place: ArrayPlace): string {
  const load = `t = torch.load(${opened(place)}, map_location="cpu", weights_only=True)`;
  const modules = `${place.gzip === true ? 'gzip, ' : ''}torch, numpy as np`;
  return pythonLine(modules, `${FLATTEN}; ${load}; np.savez(${outputOf(place)}, **dict(f(t, "")))`);
}

/** MATLAB keeps pictures as H×W×C×N: the last of four axes becomes the first. */
const MATLAB_AXES = 'np.moveaxis(v, -1, 0) if v.ndim == 4 else v';

export function matlabLine(place: ArrayPlace): string {
  return pythonLine(
    'numpy as np, scipy.io',
    `np.savez(${outputOf(place)}, **{k: ${MATLAB_AXES} for k, v in scipy.io.loadmat(${pythonString(place.path)}).items() if not k.startswith("__")})`,
  );
}

export function hdf5Line(place: ArrayPlace, matlab: boolean): string {
  // h5py sees MATLAB's axes in the opposite order.
  const array = matlab ? `(lambda v: ${MATLAB_AXES})(v[()].T)` : 'v[()]';
  return pythonLine(
    'h5py, numpy as np',
    `d = {}; h5py.File(${pythonString(place.path)}, "r").visititems(lambda k, v: d.update({k.replace("/", "_"): ${array}}) if isinstance(v, h5py.Dataset) and not k.startswith("#") else None); np.savez(${outputOf(place)}, **d)`,
  );
}

function tableLine(place: ArrayPlace, modules: string, table: string): string {
  return pythonLine(
    `io, numpy as np, ${modules}; from PIL import Image`,
    `d = ${table}; np.savez(${outputOf(place)}, **{c: ${PICTURES} for c in d})`,
  );
}

export function arrowLine(place: ArrayPlace, kind: 'file' | 'stream'): string {
  const table = `pa.ipc.open_${kind}(${opened(place)}).read_pandas()`;
  return tableLine(place, 'pyarrow as pa', table);
}

export function safetensorsLine(place: ArrayPlace): string {
  return pythonLine(
    'numpy as np; from safetensors.numpy import load_file',
    `np.savez(${outputOf(place)}, **load_file(${pythonString(place.path)}))`,
  );
}

export function tfrecordLine(place: ArrayPlace): string {
  const examples = `e = [tf.train.Example.FromString(r.numpy()).features.feature for r in tf.data.TFRecordDataset(${pythonString(place.path)}${place.gzip === true ? ', "GZIP"' : ''})]`;
  const arrays =
    'images=np.stack([tf.io.decode_image(f["image"].bytes_list.value[0]).numpy() for f in e]), labels=[f["label"].int64_list.value[0] for f in e]';
  return pythonLine('numpy as np, tensorflow as tf', `${examples}; np.savez(${outputOf(place)}, ${arrays})`);
}

export function scipySparseLine(place: ArrayPlace): string {
  const out = pythonString(convertedFile(place, 'dense.npy'));
  return pythonLine(
    'numpy as np, scipy.sparse',
    `np.save(${out}, scipy.sparse.load_npz(${pythonString(place.path)}).toarray())`,
  );
}

/** Pictures of one size as one array. */
export function picturesLine(folder: string, pattern: string, mode: 'L' | 'RGB', out: string): string {
  const files = `p = sorted(glob.glob(os.path.join(glob.escape(${pythonString(folder)}), ${pythonString(pattern)})))`;
  const images = `np.stack([np.asarray(Image.open(f).convert("${mode}")) for f in p])`;
  return pythonLine(
    'glob, os, numpy as np; from PIL import Image',
    `${files}; np.savez(${pythonString(out)}, images=${images})`,
  );
}

/** What the first line of a table of numbers says of it. */
export interface TextTable {
  readonly delimiter: string;
  readonly columns: number;
  readonly headerRows: number;
}

export function textLine(
  place: ArrayPlace,
  { delimiter, columns, headerRows }: TextTable,
  role: Role,
): string {
  const options = `${delimiter === ' ' ? '' : `, delimiter=${pythonString(delimiter)}`}${headerRows > 0 ? `, skiprows=${headerRows}` : ''}`;
  const load = (type: string) => `np.loadtxt(${pythonString(place.path)}${options}${type})`;
  const out = outputOf(place);
  if (role === 'labels') {
    const file = pythonString(convertedFile(place, 'classes.npy'));
    return pythonLine(
      'numpy as np',
      `y = ${load(', dtype=str')}; np.save(${file}, np.unique(y if y.ndim == 1 else y[:, -1], return_inverse=True)[1])`,
    );
  }
  if (role === 'images') {
    const shape = pictureShape(columns);
    if (shape !== undefined) {
      return pythonLine(
        'numpy as np',
        `np.savez(${out}, images=${load('')}.reshape(-1, ${shape.join(', ')}))`,
      );
    }
    const labelled = pictureShape(columns - 1);
    if (labelled !== undefined) {
      const arrays = `images=a[:, 1:].reshape(-1, ${labelled.join(', ')}), labels=a[:, 0].astype(int)`;
      return pythonLine('numpy as np', `a = ${load('')}; np.savez(${out}, ${arrays})`);
    }
  }
  return pythonLine('numpy as np', `np.savez(${out}, x=${load(', ndmin=2')})`);
}

/** H×W or 3×H×W of square pictures with so many numbers. */
function pictureShape(numbers: number): number[] | undefined {
  for (const channels of [1, 3]) {
    const side = Math.sqrt(numbers / channels);
    if (side > 1 && Number.isInteger(side)) return channels === 1 ? [side, side] : [channels, side, side];
  }
  return undefined;
}
