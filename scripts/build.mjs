// Builds dist/: the linked shaders, the compiled TypeScript, and the files that ship beside it.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { linkShaders } from './link-shaders.mjs';
import { withLock } from './lock.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const cache = join(root, 'node_modules/.cache/cntk-webgpu');
/** Hash of the sources that dist/ was built from. */
const stamp = join(cache, 'built-from');
const compiler = join(root, 'node_modules/typescript/bin/tsc');

/** Whether dist/ is what the sources of this moment compile to. */
export function isBuilt() {
  const products = [stamp, join(root, 'shaders/linked'), join(dist, 'src')];
  return products.every((path) => existsSync(path)) && readFileSync(stamp, 'utf8') === hashOfSources();
}

/** @throws Error if the sources do not compile; dist/ is then as it was. */
export async function build() {
  if (!existsSync(compiler))
    throw new Error('TypeScript is not installed: run "npm ci" (with development dependencies).');
  const hash = hashOfSources();
  const fresh = join(cache, `build-${process.pid}`);
  try {
    await linkShaders();
    const tsc = spawnSync(process.execPath, [compiler, '-p', '.', '--outDir', fresh], {
      cwd: root,
      stdio: ['ignore', 2, 2],
    });
    if (tsc.status !== 0)
      throw new Error('the TypeScript compiler reports the errors above; dist/ is left as it was.');
    const digits = join(root, 'src/data/digits');
    if (existsSync(digits)) cpSync(digits, join(fresh, 'src/data/digits'), { recursive: true });
    const cli = join(fresh, 'src/cli.js');
    if (existsSync(cli)) chmodSync(cli, 0o755);
    rmSync(stamp, { force: true });
    replaceDirectory(fresh, dist);
    writeFileSync(stamp, hash);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

function replaceDirectory(fresh, target) {
  const old = `${fresh}-old`;
  mkdirSync(cache, { recursive: true });
  if (existsSync(target)) renameOrCopy(target, old);
  renameOrCopy(fresh, target);
  rmSync(old, { recursive: true, force: true });
}

function renameOrCopy(from, to) {
  try {
    renameSync(from, to);
  } catch (error) {
    // node_modules may be a mount of its own.
    if (error.code !== 'EXDEV') throw error;
    cpSync(from, to, { recursive: true });
    rmSync(from, { recursive: true });
  }
}

function hashOfSources() {
  const hash = createHash('sha256');
  for (const path of [
    'src',
    'shaders',
    'tsconfig.json',
    'package-lock.json',
    'scripts/build.mjs',
    'scripts/link-shaders.mjs',
  ]) {
    for (const file of filesUnder(join(root, path))) {
      if (!file.startsWith(join(root, 'shaders/linked')))
        hash.update(`${file}\0`).update(readFileSync(file)).update('\0');
    }
  }
  return hash.digest('hex');
}

function filesUnder(path) {
  if (statSync(path).isFile()) return [path];
  return readdirSync(path, { recursive: true })
    .map((name) => join(path, String(name)))
    .filter((file) => statSync(file).isFile())
    .sort();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    await withLock(root, build);
  } catch (error) {
    console.error(`build: ${error.message}`);
    process.exitCode = 1;
  }
}
