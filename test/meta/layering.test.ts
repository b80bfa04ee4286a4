// The real graph obeys the direction that `import-graph.ts` names, from the command line down to the shaders; the library
// entry needs no Node; no module is left over; and the checker sees each kind of fault.
import { readFileSync } from 'node:fs';
import { closure, isNodeImport, layeringFaults, readImportGraph, type ImportGraph } from './import-graph.js';

const graph = readImportGraph('src', 'shaders');
/** What a browser loads: the page, and the worker that computes. */
const PAGE = ['src/web/main.ts', 'src/web/worker.ts'];

describe('the source tree', () => {
  test('has the modules that the rules speak of', () => {
    expect([...graph.keys()]).toEqual(
      expect.arrayContaining([
        'src/index.ts',
        'src/node.ts',
        'src/cli.ts',
        'src/gpu/gpu.ts',
        'shaders/contract.ts',
      ]),
    );
  });

  test('imports point one way', () => {
    expect(layeringFaults(graph)).toEqual([]);
  });

  test('the functions that check the arguments of users serve the entries alone', () => {
    const importers = [...graph].flatMap(([path, imports]) =>
      imports.some((imported) => imported.startsWith('src/library/')) ? [path] : [],
    );
    expect(importers.filter((path) => !path.startsWith('src/library/')).sort()).toEqual([
      'src/index.ts',
      'src/internals.ts',
      'src/node.ts',
    ]);
  });

  test('the library entry reaches no Node module', () => {
    const reached = closure(graph, 'src/index.ts', 'src/internals.ts');
    expect(reached).toContain('shaders/contract.ts');
    expect([...reached].filter(isNodeImport)).toEqual([]);
  });

  test('the page takes the engine from the entries that anybody takes', () => {
    const engine = /^src\/(kernel|regression|gpu)\//;
    const taken = [...graph]
      .filter(([path]) => path.startsWith('src/web/'))
      .flatMap(([, imports]) => imports);
    expect(taken).toContain('src/index.ts');
    expect(taken.filter((imported) => engine.test(imported))).toEqual([]);
  });

  test('no file is long, and no folder is most of the tree', () => {
    const lines = new Map(
      [...graph.keys()]
        .filter((path) => path.startsWith('src/'))
        .map((path) => [path, readFileSync(path, 'utf8').split('\n').length - 1]),
    );
    const total = [...lines.values()].reduce((a, b) => a + b, 0);
    const folders = new Map<string, number>();
    for (const [path, count] of lines) {
      const folder = path.split('/')[1];
      folders.set(folder, (folders.get(folder) ?? 0) + count);
    }
    expect([...lines].filter(([, count]) => count > 300)).toEqual([]);
    expect([...folders].filter(([, count]) => count > 0.2 * total)).toEqual([]);
  });

  test('every module is reached from an entry or from a test', () => {
    const tests = readImportGraph('test');
    const reached = closure(
      new Map([...graph, ...tests]),
      'src/index.ts',
      'src/internals.ts',
      'src/node.ts',
      'src/cli.ts',
      ...PAGE,
      ...tests.keys(),
    );
    expect([...graph.keys()].filter((path) => !reached.has(path))).toEqual([]);
  });
});

describe('the checker', () => {
  const sound: ImportGraph = new Map([
    ['src/cli.ts', ['yargs', 'src/commands/run.ts']],
    ['src/commands/run.ts', ['node:fs', 'src/regression/ridge.ts', 'src/node.ts']],
    ['src/node.ts', ['src/gpu/dawn/open-device.ts']],
    ['src/gpu/dawn/open-device.ts', ['webgpu', 'src/gpu/gpu.ts']],
    ['src/regression/ridge.ts', ['src/gpu/gpu.ts']],
    ['src/data/idx.ts', ['node:zlib', 'src/images/images.ts']],
    ['src/images/images.ts', ['src/statistics/random.ts']],
    ['src/statistics/random.ts', []],
    ['src/kernel/gram.ts', ['src/gpu/gpu.ts', 'shaders/planes.ts']],
    ['src/gpu/gpu.ts', ['shaders/planes.ts', 'valibot']],
    ['shaders/planes.ts', []],
  ]);

  test('accepts a sound graph', () => {
    expect(layeringFaults(sound)).toEqual([]);
  });

  test.each([
    ['an upward import', 'shaders/planes.ts', 'src/gpu/gpu.ts', 'a higher layer'],
    ['an upward import over several layers', 'src/kernel/gram.ts', 'src/cli.ts', 'a higher layer'],
    ['an import of Dawn below it', 'src/gpu/gpu.ts', 'src/gpu/dawn/open-device.ts', 'a higher layer'],
    [
      'an import of Dawn beside it',
      'src/kernel/gram.ts',
      'src/gpu/dawn/open-device.ts',
      'a layer beside its own',
    ],
    ['an import between siblings', 'src/regression/ridge.ts', 'src/kernel/gram.ts', 'a layer beside its own'],
    ['a Node module in the library', 'src/regression/ridge.ts', 'node:fs', 'must run without Node'],
    ['a Node module without its prefix', 'src/kernel/gram.ts', 'fs/promises', 'must run without Node'],
    ['the native addon in the library', 'src/gpu/gpu.ts', 'webgpu', 'must run without Node'],
    ['a module that does not exist', 'src/cli.ts', 'src/commands/gone.ts', 'does not exist'],
  ])('reports %s', (_, importer, imported, fault) => {
    const broken = new Map(sound).set(importer, [...sound.get(importer)!, imported]);
    expect(layeringFaults(broken)).toEqual([
      expect.stringMatching(`^${importer} imports ${imported}.*${fault}`),
    ]);
  });

  test('reports a module outside all layers', () => {
    expect(layeringFaults(new Map([['src/utilities.ts', []]]))).toEqual([
      'src/utilities.ts belongs to no layer',
    ]);
  });

  test('follows imports of imports', () => {
    expect([...closure(sound, 'src/commands/run.ts')].filter(isNodeImport)).toEqual(['node:fs', 'webgpu']);
  });
});
