import { SINKS, type Sink } from '../../shaders/shared/network_planes.js';
import { PLANE_KINDS, type PlaneKind } from '../../shaders/shared/plane_activation.js';
import type { PlanDevice } from '../gpu/plan-device.js';
import type { ActivationOperation, GraphNode, LinearOperation, NetworkGraph } from './graph.js';
import type { NodeAxes } from './needs.js';
import { partsPerPooled } from './parts.js';
import { rowsConstants, type RunToPlace } from './rows-variant.js';
import { runVariant, type PlaneWindow, type RunKernel } from './run-variant.js';

/** A convolution of stride 1 and the activation after it, either of which may be missing: nodes of the graph. */
export interface RunLayer {
  readonly linear?: number;
  readonly activation?: number;
}

/**
 * A run of convolutions of stride 1 and activations that nobody reads within: the fused plane kernel takes all of its
 * layers in one dispatch.
 */
export interface PlaneRun {
  /** The node that it begins with: the images themselves, a tensor of whole planes, or the parts that a pooling left. */
  readonly source: number;
  readonly sourceKind: 'pixels' | 'whole' | 'parts';
  /** Planes along dy of which the parts it begins with are sums; see parts.ts. */
  readonly sourceSpan: number;
  readonly layers: readonly RunLayer[];
  /** The node after the last layer. */
  readonly end: number;
  /** The node whose tensor the result is: the end, or the 2×2 pooling or the gap that reads it. */
  readonly result: number;
  readonly sink: Sink;
  /** Planes along dy whose parts are added up before they are written. */
  readonly span: number;
  readonly height: number;
  readonly width: number;
  /** Windows reach from −low to high. */
  readonly low: number;
  readonly high: number;
  readonly circular: boolean;
  readonly kind: PlaneKind;
  readonly kernel: RunKernel;
  /** Constants of the kernel. */
  readonly constants: Readonly<Record<string, number>>;
}

/** What a run has in common: windows and activations of one kind. */
interface Common {
  readonly window?: PlaneWindow;
  readonly kind?: PlaneKind;
}

/** A run without windows, or without activations. */
const AS_IT_IS = { window: { low: 0, high: 0, circular: false }, kind: 'relu' } as const;

/** Tensors whose sum a run begins with, along both axes; pixels are none. */
export function sourceParts({ sourceKind, sourceSpan }: Pick<PlaneRun, 'sourceKind' | 'sourceSpan'>) {
  if (sourceKind !== 'parts') return { columns: sourceKind === 'pixels' ? 0 : 1, rows: 1 };
  return { columns: partsPerPooled(1), rows: partsPerPooled(sourceSpan) };
}

/** Rows and columns that a lane reaches beyond its own quad. */
const LARGEST_REACH = 3;

/** The runs that the fused plane kernel takes on this device. @param axes The needed planes in the pass of the pairs. */
export function findPlaneRuns(
  graph: NetworkGraph,
  axes: readonly (NodeAxes | undefined)[],
  device: PlanDevice,
): PlaneRun[] {
  const { nodes, ends } = graph;
  const readers = nodes.map((): number[] => []);
  for (const [index, { inputs }] of nodes.entries()) for (const input of inputs) readers[input].push(index);
  /** Its one reader, if it has no other and no network ends in it. */
  const onlyReader = (node: number): number | undefined =>
    readers[node].length === 1 && !ends.includes(node) ? readers[node][0] : undefined;

  const runs: PlaneRun[] = [];
  const covered = new Set<number>();
  for (const [start, node] of nodes.entries()) {
    if (covered.has(start) || axes[start] === undefined || node.inputs.length !== 1) continue;
    const run = runFrom(start);
    if (run === undefined) continue;
    runs.push(run);
    for (const { linear, activation } of run.layers) {
      for (const each of [linear, activation, run.result]) if (each !== undefined) covered.add(each);
    }
  }
  return runs;

  function runFrom(start: number): PlaneRun | undefined {
    const { height, width } = nodes[start];
    const [source] = nodes[start].inputs;
    if (nodes[source].height !== height || nodes[source].width !== width) return undefined;
    const variantOf = (shared: Common, needed: NodeAxes, pairedRows = false) =>
      runVariant({ ...AS_IT_IS, ...shared }, { height, width, axes: needed, pairedRows }, device);
    const layers: { linear?: number; activation?: number }[] = [];
    let common: Common = {};
    let end = source;
    for (let next: number | undefined = start; next !== undefined; next = onlyReader(next)) {
      const joined = join(common, nodes[next], nodes[end]);
      if (joined === undefined || variantOf(joined, axes[next]!) === undefined) break;
      common = joined;
      end = next;
      if (nodes[next].operation.kind === 'linear') layers.push({ linear: next });
      else if (layers.length > 0 && layers.at(-1)!.activation === undefined) layers.at(-1)!.activation = next;
      else layers.push({ activation: next });
    }
    // A single step gains nothing, unless it multiplies pixels as well.
    const has = (part: keyof RunLayer) => layers.some((layer) => layer[part] !== undefined);
    const fromPixels = nodes[source].operation.kind === 'input';
    if (!has('linear') || !(has('activation') || fromPixels)) return undefined;
    const reader = onlyReader(end);
    const wanted = sinkOf(nodes[end], reader === undefined ? undefined : nodes[reader]);
    const pairedRows = wanted === 'parts' ? variantOf(common, axes[end]!, true) : undefined;
    const sink = wanted === 'parts' && pairedRows === undefined ? 'whole' : wanted;
    const variant = pairedRows ?? variantOf(common, axes[end]!)!;
    const before = runs.find(({ result }) => result === source);
    const isPooled = before?.sink === 'parts' && onlyReader(source) !== undefined;
    const sourceKind = fromPixels ? 'pixels' : isPooled ? 'parts' : 'whole';
    const run: RunToPlace = {
      source,
      sourceKind,
      sourceSpan: sourceKind === 'parts' ? before!.span : 1,
      layers,
      end,
      result: sink === 'whole' ? end : reader!,
      sink,
      ...{ height, width },
      ...(common.window ?? AS_IT_IS.window),
      kind: common.kind ?? AS_IT_IS.kind,
    };
    const windowed = layers.every(({ linear }) => linear !== undefined && isWindowed(nodes[linear]));
    const rows = rowsConstants(run, windowed, graph.image.channels, axes[end]!, device);
    const shared = {
      LINEAR: layers.every(({ activation }) => activation !== undefined) ? 0 : 1,
      SINK: SINKS[sink],
    };
    if (rows !== undefined) {
      const span = sink === 'parts' ? rows.SPAN : 1;
      return { ...run, span, kernel: 'rows', constants: { ...rows, KIND: PLANE_KINDS[run.kind], ...shared } };
    }
    const { columns: SOURCE_PARTS, rows: SOURCE_ROW_PARTS } = sourceParts(run);
    return {
      ...run,
      span: 1,
      kernel: variant.kernel,
      constants: { ...variant.constants, ...shared, SOURCE_PARTS, SOURCE_ROW_PARTS },
    };
  }
}

/** What the run has in common with this node too; undefined if it cannot be part of it. */
function join(common: Common, node: GraphNode, before: GraphNode): Common | undefined {
  const { operation } = node;
  if (operation.kind === 'activation') {
    const kind = kindOf(operation);
    const kinds = [common.kind ?? kind, kind];
    if (kinds[0] === kinds[1]) return { ...common, kind };
    const leaks = kinds.every((each) => each === 'relu' || each === 'leaky');
    return leaks ? { ...common, kind: 'leaky' } : undefined;
  }
  if (operation.kind !== 'linear') return undefined;
  const window = windowOf(operation, node, before);
  if (window === undefined) return undefined;
  if (window.low + window.high === 0) return common;
  const known = common.window ?? window;
  const same = known.low === window.low && known.high === window.high && known.circular === window.circular;
  return same ? { ...common, window } : undefined;
}

function isWindowed({ operation }: GraphNode): boolean {
  return operation.kind === 'linear' && operation.window?.layer === 'conv' && operation.window.size > 1;
}

function kindOf({ activation, shape }: ActivationOperation): PlaneKind {
  return activation === 'relu' && shape !== 0 ? 'leaky' : activation;
}

/** How far the windows of a convolution reach that keeps the size of its image; undefined for any other layer. */
function windowOf({ window }: LinearOperation, node: GraphNode, before: GraphNode): PlaneWindow | undefined {
  if (window?.layer !== 'conv' || (window.stride ?? 1) !== 1) return undefined;
  if (node.height !== before.height || node.width !== before.width) return undefined;
  const { size, padding = 'same' } = window;
  const low = typeof padding === 'number' ? padding : padding === 'valid' ? 0 : Math.floor((size - 1) / 2);
  const high = size - 1 - low;
  return high <= LARGEST_REACH && low <= LARGEST_REACH
    ? { low, high, circular: padding === 'circular' && size > 1 }
    : undefined;
}

function sinkOf(end: GraphNode, reader: GraphNode | undefined): Sink {
  if (reader?.operation.kind !== 'linear') return 'whole';
  const { window } = reader.operation;
  if (window?.layer === 'gap') return 'sums';
  const pooledByTwo = window?.layer === 'avgpool' && window.size === 2 && (window.stride ?? 2) === 2;
  return pooledByTwo && end.height % 2 === 0 && end.width % 2 === 0 ? 'parts' : 'whole';
}
