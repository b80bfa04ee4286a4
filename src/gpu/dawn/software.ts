import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AdapterError } from './adapter-error.js';

const LOADER = 'libvulkan.so.1';
const DRIVER = 'vk_swiftshader_icd.json';
/** dlopen flag (Linux) that keeps a library mapped after Node has rejected it as a non-addon. */
const RTLD_NODELETE = 0x1000;

/**
 * The folder that holds the software adapter SwiftShader and a Vulkan loader (Linux), or undefined:
 * `CNTK_SWIFTSHADER_DIR`, else what the set-up of this project has unpacked into `node_modules/.cache` of a folder
 * above this module.
 *
 * @throws AdapterError if `CNTK_SWIFTSHADER_DIR` names another folder.
 */
export function softwareFolder(): string | undefined {
  if (process.platform !== 'linux') return undefined;
  const named = process.env.CNTK_SWIFTSHADER_DIR;
  if (named) {
    if (existsSync(join(named, DRIVER))) return named;
    throw new AdapterError(
      `CNTK_SWIFTSHADER_DIR is "${named}", but there is no ${DRIVER} in it. Correct or unset it.`,
    );
  }
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const unpacked = join(folder, 'node_modules/.cache/cntk-webgpu/swiftshader');
    if (existsSync(join(unpacked, DRIVER))) return unpacked;
    if (folder === dirname(folder)) return undefined;
  }
}

/** Adds SwiftShader to the adapters of the system's Vulkan loader; takes effect with the next `create()`. */
export function addSoftwareDriver(folder: string): void {
  process.env.VK_ADD_DRIVER_FILES = join(folder, DRIVER);
}

/**
 * Makes SwiftShader the only Vulkan driver, with the loader that lies beside it where the system has none.
 *
 * The main thread only: a worker's `process.env` does not reach native code.
 */
export function useSoftwareDriverAlone(folder: string): void {
  process.env.VK_DRIVER_FILES = process.env.VK_ICD_FILENAMES = join(folder, DRIVER);
  try {
    // Dawn looks for a library of this name; one that is already mapped is found wherever it lies.
    process.dlopen({ exports: {} }, join(folder, LOADER), constants.dlopen.RTLD_NOW | RTLD_NODELETE);
  } catch (error) {
    if (!(error as Error).message.includes('did not self-register')) throw error;
  }
}
