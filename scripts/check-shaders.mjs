// Compiles every shader in every variant that its module names, on Dawn's null backend: needs no GPU and no driver.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { create } from 'webgpu';

const root = fileURLToPath(new URL('..', import.meta.url));
const { compileProgram } = await import('../dist/src/gpu/program.js').catch(() => {
  console.error('check-shaders: dist/ is missing; run "npm run build" first.');
  process.exit(1);
});

/** The null backend executes nothing but checks everything; its device has every feature and generous limits. */
const gpu = create(['backend=null']);
const adapter = await gpu.requestAdapter();
const device = await adapter.requestDevice({
  requiredFeatures: ['subgroups', 'shader-f16'].filter((feature) => adapter.features.has(feature)),
});

const names = readdirSync(join(root, 'shaders'))
  .filter((file) => file.endsWith('.wgsl'))
  .map((file) => file.slice(0, -'.wgsl'.length));
const failures = [];
let compiled = 0;
for (const name of names) {
  const module = join(root, 'dist/shaders', `${name}.js`);
  if (!existsSync(module)) {
    failures.push(`${name}: shaders/${name}.ts is missing (or dist/ is old)`);
    continue;
  }
  const exported = await import(pathToFileURL(module));
  const { contract, variants } = exported;
  if (contract?.name !== name) failures.push(`${name}: shaders/${name}.ts does not export its \`contract\``);
  else if (!variants?.length) failures.push(`${name}: shaders/${name}.ts does not export \`variants\``);
  else {
    // The same text with another module linked in has a contract of its own.
    const contracts = Object.values(exported).filter((value) => typeof value?.wgsl === 'string');
    for (const each of contracts) {
      for (const constants of variants) {
        try {
          await compileProgram(device, each, constants);
          compiled += 1;
        } catch (error) {
          failures.push(`${each.name} ${JSON.stringify(constants)}: ${error.message}`);
        }
      }
    }
  }
}
device.destroy();
await device.lost;
for (const failure of failures) console.error(failure);
console.log(`${names.length} shaders: ${compiled} variants compile, ${failures.length} faults`);
if (failures.length > 0 || compiled === 0) process.exitCode = 1;
// Dawn aborts if its instance is collected before the device.
globalThis.gpu = gpu;
