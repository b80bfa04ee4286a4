/**
 * The Node entry of the package: opens devices on Dawn's adapters, reads images and networks, writes matrices, and
 * exports all that `index.ts` does.
 */
export * from './index.js';
export { AdapterError } from './gpu/dawn/adapter-error.js';
export { listAdapters, type AdapterDescription, type AdapterOptions } from './gpu/dawn/adapters.js';
export { openGpu, OpenGpu } from './gpu/dawn/open-gpu.js';
export { OutputError } from './files/atomic-file.js';
export { loadLabels } from './data/labels.js';
export { loadImages, type LabelledImages, type LoadOptions } from './data/load.js';
export { readNpy, writeNpy, type NpyArray, type WritableArray } from './data/npy.js';
export { networkText, parseNetwork, readNetwork, writeNetwork } from './data/network-file.js';
