// Builds dist/: the embedded shaders, the compiled TypeScript, and the files that ship beside it.
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { embedShaders } from './embed-shaders.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
embedShaders();
const tsc = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', '.'], { cwd: root, stdio: 'inherit' });
if (tsc.status !== 0) process.exit(tsc.status ?? 1);
const digits = `${root}src/data/digits`;
if (existsSync(digits)) cpSync(digits, `${root}dist/src/data/digits`, { recursive: true });
if (existsSync(`${root}dist/src/cli.js`)) chmodSync(`${root}dist/src/cli.js`, 0o755);
