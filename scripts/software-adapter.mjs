// The software adapter SwiftShader with its Vulkan loader, for Linux machines (x64) without a GPU driver. Both come
// out of one archive in a development dependency; nothing outside this checkout is touched.
import { spawnSync } from 'node:child_process';
import { createReadStream, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { createBrotliDecompress } from 'node:zlib';

const root = fileURLToPath(new URL('..', import.meta.url));
const archive = join(root, 'node_modules/@sparticuz/chromium/bin/swiftshader.tar.br');
const folder = join(root, 'node_modules/.cache/cntk-webgpu/swiftshader');
const driver = join(folder, 'vk_swiftshader_icd.json');
const loader = join(folder, 'libvulkan.so.1');

export const isSupported = process.platform === 'linux' && process.arch === 'x64';

export function isUnpacked() {
  return existsSync(driver);
}

/** Whether `CNTK_ADAPTER` asks for it, although the machine may have another adapter. */
export function isRequested() {
  return /swift/i.test(process.env.CNTK_ADAPTER ?? '');
}

/** Whether the machine has an adapter of its own; a child process asks, so that a crashing driver harms nothing. */
export function machineHasAdapter() {
  const script = `import { create } from 'webgpu';
    const gpu = create([]);
    process.exitCode = (await gpu.requestAdapter()) ? 0 : 3;
    globalThis.gpu = gpu;`;
  const { status, signal, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: root,
    encoding: 'utf8',
    timeout: 60_000,
  });
  if (status === 0 || status === 3) return status === 0;
  throw new Error(
    `asking Dawn for an adapter ended with ${signal ?? `exit status ${status}`}: a graphics driver of this machine is
  broken, or the package "webgpu" has no binary for ${process.platform}-${process.arch}. Its message:\n${stderr.trim()}`,
  );
}

/** Unpacks it (0.5 s); another process may do the same at the same time. */
export async function unpack() {
  if (!existsSync(archive))
    throw new Error(`${archive} is missing: run "npm ci" (with development dependencies).`);
  const { default: tar } = await import('tar-fs');
  const fresh = `${folder}-${process.pid}`;
  mkdirSync(fresh, { recursive: true });
  try {
    const wanted = /vk_swiftshader|libvulkan/;
    const extract = tar.extract(fresh, {
      ignore: (_, header) => header?.type === 'file' && !wanted.test(header.name),
    });
    await pipeline(createReadStream(archive), createBrotliDecompress(), extract);
    renameSync(fresh, folder);
  } catch (error) {
    if (!isUnpacked()) throw error;
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

/** Offers it to this process and its children, beside the machine's own drivers. */
export function addToEnvironment() {
  process.env.VK_ADD_DRIVER_FILES = driver;
}

/** Makes it the only Vulkan driver of this process (by dlopen) and of its children (by LD_LIBRARY_PATH). */
export function useAlone() {
  process.env.VK_DRIVER_FILES = process.env.VK_ICD_FILENAMES = driver;
  process.env.LD_LIBRARY_PATH = [folder, process.env.LD_LIBRARY_PATH].filter(Boolean).join(':');
  try {
    const RTLD_NODELETE = 0x1000;
    process.dlopen({ exports: {} }, loader, constants.dlopen.RTLD_NOW | RTLD_NODELETE);
  } catch (error) {
    if (!error.message.includes('did not self-register')) throw error;
  }
}
