import type { Layer } from '../../network/layers.js';
import type { LayerDescription, NetworkDescription } from '../../network/describe.js';
import { formatSize } from '../../text/sizes.js';
import type { DeviceReport } from '../process/device.js';
import { plainTable } from './plain-table.js';

/** What `cntk arch describe` prints. */
export interface NetworkReport extends NetworkDescription {
  readonly arch: string;
  readonly network: readonly Layer[];
  readonly imageShape: readonly number[];
  readonly device?: DeviceReport;
  readonly version: string;
}

export function formatNetwork(report: NetworkReport): string {
  const { arch, imageShape, layers, elementLayersPerPair, bytes, remarks, device } = report;
  const columns = {
    '': 'left',
    layer: 'left',
    shape: 'left',
    planes: 'right',
    'element-layers': 'right',
    'computed by': 'left',
  } as const;
  const rows = layers.map((layer) => [
    numberOf(layer),
    '  '.repeat(layer.nesting) + layer.text,
    layer.shape,
    count(layer.planes),
    layer.elementLayers === 0 ? '' : count(layer.elementLayers),
    kernelText(layer),
  ]);
  return [
    `${arch} for images of ${imageShape.join('×')}`,
    plainTable(columns, [['', 'input', imageShape.join('×'), '', '', ''], ...rows]),
    `${count(elementLayersPerPair)} element-layers per pair of images`,
    bytes === undefined
      ? "device memory: fields of images only, as the kernel of the paper's chains has them"
      : `device memory: ${formatSize(bytes.perPair)} per pair, ${formatSize(bytes.perImage)} per image; as many at a time as --memory holds`,
    ...remarks.map((remark) => `note: ${remark}`),
    ...(device === undefined ? [] : [`as computed on ${device.name}`]),
  ].join('\n');
}

/** `2.1.3`: layer 2, branch 1 of it, layer 3 of that. */
function numberOf({ place }: LayerDescription): string {
  return (place.match(/\d+/g) ?? []).join('.');
}

function kernelText({ kernel, run }: LayerDescription): string {
  const texts = {
    paper: "the paper's kernel",
    fused: `fused run ${run}`,
    general: 'layer by layer',
    none: '',
  } as const;
  return texts[kernel];
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}
