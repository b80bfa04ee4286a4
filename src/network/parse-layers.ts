import * as v from 'valibot';
import { type Layer } from './layers.js';
import { fieldNames, LAYER_NAMES, layerSchema, type LayerName } from './layer-schema.js';
import { NetworkError } from './network-error.js';
import { branchPlace, layerPlace, placed } from './place.js';
import { shownJson } from '../text/quoted.js';

/** Deeper nesting is no network that anybody describes, but a loop that wrote a file. */
const MOST_NESTED = 16;
/** The most layers that all branches together may have. */
const MOST_LAYERS = 2000;

/**
 * Checks a list of layers of unknown origin, and copies it: nothing that the caller changes later reaches the network,
 * and fields that say what holds by default are left out, so that equal networks are equal texts.
 *
 * @throws NetworkError naming the layer by its place, the field, its value and what belongs there
 */
export function parseLayers(value: unknown): readonly Layer[] {
  let total = 0;
  const parseChain = (chain: unknown, place: string, nested: number): readonly Layer[] => {
    if (!Array.isArray(chain)) throw new NetworkError(placed(place, 'a list of layers is needed'));
    total += chain.length;
    if (total > MOST_LAYERS) throw new NetworkError(`more than ${MOST_LAYERS} layers`);
    if (nested > MOST_NESTED) throw new NetworkError(placed(place, `nested more than ${MOST_NESTED} deep`));
    // Array.from visits holes too.
    return Object.freeze(Array.from(chain, (layer, index) => parseLayer(layer, place, index, nested)));
  };
  const parseLayer = (layer: unknown, place: string, index: number, nested: number): Layer => {
    const name = layerName(layer, layerPlace(place, index));
    const here = layerPlace(place, index, name);
    const known = fieldNames(name);
    for (const field of Object.keys(layer as object)) {
      if (field !== 'layer' && !known.includes(field)) {
        const has = known.length === 0 ? 'no fields' : `the fields ${known.join(', ')}`;
        throw new NetworkError(`${here}: unknown field ${shownJson(field)}: ${name} has ${has}`);
      }
    }
    const result = v.safeParse(layerSchema(name), layer, { abortEarly: true });
    if (!result.success) {
      const [issue] = result.issues;
      const field = v.getDotPath(issue) ?? '';
      const given = (layer as Record<string, unknown>)[field.split('.')[0]];
      const missing = given === undefined ? `${shownJson(given)}: it is needed` : issue.message;
      const named = field.replace(/^branches\.(\d+)$/, (_, branch) => `branch ${Number(branch) + 1}`);
      throw new NetworkError(`${here}: ${named}: ${missing}`);
    }
    const checked = result.output as Layer;
    if (checked.layer === 'residual') {
      if (checked.branches.length === 0) throw new NetworkError(`${here}: branches: at least one is needed`);
      const branches = checked.branches.map((branch, b) =>
        parseChain(branch, branchPlace(here, b), nested + 1),
      );
      return Object.freeze({ layer: 'residual', branches: Object.freeze(branches) });
    }
    if (checked.layer === 'conv') checkPadding(checked.padding, checked.size, here);
    return Object.freeze(withoutDefaults(checked));
  };
  return parseChain(value, '', 0);
}

function layerName(layer: unknown, place: string): LayerName {
  if (typeof layer !== 'object' || layer === null || Array.isArray(layer)) {
    throw new NetworkError(`${place}: ${shownJson(layer)}: an object such as { "layer": "relu" } is needed`);
  }
  const name = (layer as { layer?: unknown }).layer;
  if (!LAYER_NAMES.includes(name as LayerName)) {
    throw new NetworkError(`${place}: unknown layer ${shownJson(name)}: use ${LAYER_NAMES.join(', ')}`);
  }
  return name as LayerName;
}

function checkPadding(padding: unknown, size: number, place: string): void {
  if (typeof padding === 'number' && padding >= size) {
    throw new NetworkError(
      `${place}: padding: ${padding} with size ${size}: at most ${size - 1}, or windows lie wholly outside the image`,
    );
  }
}

/** The layer without fields that are as they are by default, in the order in which they are documented. */
function withoutDefaults(layer: Layer): Layer {
  const defaults: Record<string, unknown> = {
    w: 1,
    b: 0,
    trained: true,
    padding: 'same',
    slope: 0,
    gamma: 1,
    scale: 'sum',
    stride: layer.layer === 'avgpool' ? layer.size : 1,
  };
  const given = layer as unknown as Record<string, unknown>;
  const kept = fieldNames(layer.layer).filter((f) => given[f] !== undefined && given[f] !== defaults[f]);
  return Object.fromEntries(['layer', ...kept].map((field) => [field, given[field]])) as unknown as Layer;
}
