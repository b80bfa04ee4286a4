/** The Node entry of the package: opens Dawn's adapters and devices, and exports all that `index.ts` does. */
export * from './index.js';
export { AdapterError } from './gpu/dawn/adapter-error.js';
export { listAdapters, type AdapterDescription, type AdapterOptions } from './gpu/dawn/adapters.js';
export { openDevice, type OpenDevice } from './gpu/dawn/open-device.js';
export { InputError } from './checks/input-error.js';
export { OutputError } from './files/atomic-file.js';
export { networkText, parseNetwork, readNetwork, writeNetwork } from './data/network-file.js';
