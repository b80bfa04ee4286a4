// Each .wgsl has a .ts of the same name, whose contract agrees with the WGSL text and which a test imports; what the
// build linked are the files as they are; and the checker sees each kind of fault.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ShaderContract } from '../../shaders/contract.js';
import { shaderCode } from '../../src/gpu/shader-source.js';
import { unrollLoops } from '../../src/gpu/unroll.js';
import { linkWgsl, SHADER_FILES } from '../support/link-wgsl.js';
import { readImportGraph } from './import-graph.js';
import { linkedFiles, shaderFaults } from './shader-faults.js';

interface ShaderModule {
  readonly contract: ShaderContract;
  readonly variants: readonly Readonly<Record<string, number>>[];
}

const folder = fileURLToPath(new URL('../../shaders/', import.meta.url));
const files = Object.keys(SHADER_FILES);
const names = files.filter((file) => !file.includes('/')).map((file) => file.replace('.wgsl', ''));

test('there are shaders', () => {
  expect(names.length).toBeGreaterThan(5);
});

test('the table of the README names every shader', () => {
  const readme = readFileSync(`${folder}README.md`, 'utf8');
  expect(names.filter((name) => !new RegExp(`^\\|.*\`${name}\``, 'm').test(readme))).toEqual([]);
});

test.each(files)('a .ts lies beside %s', (file) => {
  expect(existsSync(folder + file.replace('.wgsl', '.ts'))).toBe(true);
});

describe.each(names)('%s', (name) => {
  test('the contract agrees with the WGSL', async () => {
    const { contract, variants } = (await import(`../../shaders/${name}.js`)) as ShaderModule;
    expect(contract.name).toBe(name);
    expect(shaderFaults(contract, variants, SHADER_FILES)).toEqual([]);
  });

  test('its code is what the linker makes of the files and the constants of a variant', async () => {
    const { contract, variants } = (await import(`../../shaders/${name}.js`)) as ShaderModule;
    for (const constants of variants) {
      const unrolled = linkedFiles(`${name}.wgsl`, SHADER_FILES).map((file): [string, string] => [
        file,
        unrollLoops(SHADER_FILES[file], constants),
      ]);
      const linked = await linkWgsl(name, Object.fromEntries(unrolled), constants);
      expect(sortedLines(shaderCode(contract, constants))).toEqual(sortedLines(linked));
    }
  });

  test('a test imports it', () => {
    const importers = [...readImportGraph('test')].filter(([, imports]) =>
      imports.includes(`shaders/${name}.ts`),
    );
    expect(importers.map(([path]) => path)).not.toEqual([]);
  });
});

/** The constants stand elsewhere and spaces may differ; all else is the same. */
function sortedLines(code: string): string[] {
  return code
    .replace(/\{\s*const (?=[a-z] )/g, '{ const ')
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
    .sort();
}

describe('the checker', () => {
  const contract: ShaderContract = {
    name: 'scale',
    wgsl: '',
    equation: 'y = a x',
    bindings: [
      { name: 'x', access: 'read', shape: '[n] f32' },
      { name: 'y', access: 'read_write', shape: '[n] f32' },
    ],
    params: { n: 'u32', a: 'f32' },
    constants: ['LANES', 'WIDTH'],
    workgroups: 'n / LANES',
    errorBound: '1 ulp',
  };
  const wgsl = `// var<uniform> in a comment, struct Params { too: u32 }
import constants::LANES;
import package::shared::row::{start, end};
struct Params {
  n: u32, // count
  a: f32,
}
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;
@compute @workgroup_size(LANES) fn main(@builtin(global_invocation_id) id: vec3u) { y[id.x] = params.a * x[id.x]; }`;
  const shared =
    'import constants::WIDTH;\nfn start() -> u32 { return WIDTH; }\nfn end() -> u32 { return WIDTH; }';
  const texts = (text: string) => ({ 'scale.wgsl': text, 'shared/row.wgsl': shared });
  const variants = [{ LANES: 64, WIDTH: 8 }];

  test('accepts a sound shader', () => {
    expect(shaderFaults(contract, variants, texts(wgsl))).toEqual([]);
  });

  test.each([
    [
      'bindings in another order',
      'binding(0) var<storage, read> x',
      'binding(0) var<storage, read> y',
      /^bindings/,
    ],
    ['a renamed binding', 'read_write> y:', 'read_write> result:', /^bindings/],
    ['another access', 'var<storage, read_write> y', 'var<storage> y', /^bindings/],
    ['another group', '@group(0) @binding(1)', '@group(1) @binding(1)', /^bindings/],
    ['a field of another type', 'n: u32, // count', 'n: i32,', /^params/],
    ['fields in another order', 'n: u32, // count\n  a: f32,', 'a: f32,\n  n: u32,', /^params/],
    ['a missing field', 'a: f32,\n}', '}', /^params/],
    [
      'a constant that the contract lacks',
      'import constants::LANES;',
      'import constants::{LANES, ROWS};',
      /^constants/,
    ],
    ['a constant that the WGSL lacks', 'import constants::LANES;', '', /^constants/],
    ['no entry point', 'fn main', 'fn start', /entry point/],
  ])('reports %s', (_, from, to, fault) => {
    expect(wgsl).toContain(from);
    expect(shaderFaults(contract, variants, texts(wgsl.replace(from, to)))).toEqual([
      expect.stringMatching(fault),
    ]);
  });

  test('reports variants that do not give the constants, and none', () => {
    expect(shaderFaults(contract, [{ LANES: 64 }], texts(wgsl))).toEqual([
      expect.stringMatching(/^constants of a variant/),
    ]);
    expect(shaderFaults(contract, [], texts(wgsl))).toEqual(['variants: none']);
  });
});
