// What every command needs first: the dependencies, dist/, and an adapter. Does only what is missing, and says so on
// stderr; imports nothing that it may have to install.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, isBuilt } from './build.mjs';
import { withLock } from './lock.mjs';
import * as software from './software-adapter.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const say = (line) => console.error(`set-up: ${line}`);

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 15)) {
  say(`Node ${process.versions.node} is too old; install Node 20.15 or newer.`);
  process.exit(1);
}

try {
  await withLock(root, async () => {
    if (!isInstalled()) install();
    if (!isBuilt()) {
      say('building dist/');
      await build();
    }
    await provideAdapter();
  });
} catch (error) {
  say(`failed: ${error.message}`);
  process.exitCode = 1;
}

/** Compares the lock file with the copy that npm leaves when an installation is complete. */
function isInstalled() {
  const record = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(record)) return false;
  const wanted = packagesOf(join(root, 'package-lock.json'));
  const installed = packagesOf(record);
  return Object.entries(wanted).every(
    ([path, { version, optional }]) =>
      path === '' || installed[path]?.version === version || (optional && installed[path] === undefined),
  );
}

function packagesOf(lockFile) {
  return JSON.parse(readFileSync(lockFile, 'utf8')).packages;
}

function install() {
  say('installing the dependencies (npm ci)');
  const command = ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  const options = { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] };
  const npm = process.env.npm_execpath;
  const result = npm?.endsWith('.js')
    ? spawnSync(process.execPath, [npm, ...command], options)
    : // npm is a batch file on Windows, which only a shell starts.
      spawnSync('npm', command, { ...options, shell: process.platform === 'win32' });
  if (result.error)
    throw new Error(`npm does not start: ${result.error.message}. Install npm, or add it to PATH.`);
  if (result.status !== 0) {
    throw new Error(
      'npm ci failed with the message above. Check that the registry is reachable (npm ping) and that the disk has 500 MB free, then run the command again.',
    );
  }
}

async function provideAdapter() {
  if (software.isUnpacked() || process.env.CNTK_SWIFTSHADER_DIR) return;
  if (!software.isRequested() && software.machineHasAdapter()) return;
  if (!software.isSupported) {
    say(
      `no GPU adapter; the software adapter exists for linux-x64 only, and this is ${process.platform}-${process.arch}. Install a graphics driver (on Debian or Ubuntu: scripts/install-lavapipe.sh).`,
    );
    return;
  }
  say('unpacking the software adapter SwiftShader into node_modules/.cache');
  await software.unpack();
}
