import { readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** What each module imports: modules of this repository as their paths, packages as they are written. */
export type ImportGraph = ReadonlyMap<string, readonly string[]>;

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The import graph of all TypeScript below these folders of the repository; type-only imports count. */
export function readImportGraph(...folders: string[]): ImportGraph {
  const graph = new Map<string, string[]>();
  for (const folder of folders) {
    for (const entry of readdirSync(join(root, folder), { recursive: true })) {
      const path = posix.join(folder, String(entry).replaceAll('\\', '/'));
      if (path.endsWith('.ts')) graph.set(path, importsOf(path, readFileSync(join(root, path), 'utf8')));
    }
  }
  return graph;
}

function importsOf(path: string, text: string): string[] {
  const imported = ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName);
  // A worker thread is named by its address.
  const workers = [...text.matchAll(/new URL\('(\.[^']*\.js)', import\.meta\.url\)/g)].map(
    ([, name]) => name,
  );
  return [...imported, ...workers].map((fileName) => {
    if (!fileName.startsWith('.')) return fileName;
    return posix.join(posix.dirname(path), fileName).replace(/\.js$/, '.ts');
  });
}

/** Every module that `entries` reach, packages included. */
export function closure(graph: ImportGraph, ...entries: string[]): Set<string> {
  const reached = new Set(entries);
  // A set's iteration includes what is added during it.
  for (const path of reached) for (const imported of graph.get(path) ?? []) reached.add(imported);
  return reached;
}

/** From bottom to top; a module imports from its own folder and from lower ones. Folders on one line do not know each other. */
const LAYERS: readonly (readonly RegExp[])[] = [
  folders('shaders', 'src/signals', 'src/text', 'src/checks', 'src/statistics'),
  [/^src\/gpu\/(?!dawn\/)/, ...folders('src/images', 'src/files', 'src/threads', 'src/progress')],
  [/^src\/regression\/(?!node\/)/, ...folders('src/gpu/dawn', 'src/kernel')],
  folders('src/network'),
  folders('src/data'),
  [/^src\/library\/(grams|kernels|networks)\.ts$/],
  [/^src\/(index|internals)\.ts$/],
  folders('src/regression/node', 'src/planning', 'src/figures'),
  folders('src/store', 'src/classification', 'src/bench', 'src/paper/networks'),
  folders('src/cluster', 'src/models'),
  [/^src\/paper\/[^/]+$/, ...folders('src/demo')],
  ['table1', 'architectures', 'cnn', 'equivalence', 'montecarlo', 'smalldata', 'page'].flatMap((name) =>
    folders(`src/paper/${name}`),
  ),
  [/^src\/library\//],
  [/^src\/node\.ts$/],
  folders('src/commands/process'),
  folders('src/commands/printing'),
  folders('src/commands/results'),
  folders('src/commands/options'),
  folders('src/commands'),
  [/^src\/cli\.ts$/, ...folders('src/web')],
];

function folders(...paths: string[]): RegExp[] {
  return paths.map((path) => new RegExp(`^${path}/`));
}

/** The modules that run without Node: what the library's main entry may reach. */
const ANYWHERE =
  /^(shaders\/|src\/(gpu\/(?!dawn\/)|regression\/(?!node\/)|(signals|text|checks|statistics|images|progress|kernel|network)\/|library\/(grams|kernels|networks)\.ts$|(index|internals)\.ts$))/;

/** The rules that `graph` breaks, one line each. */
export function layeringFaults(graph: ImportGraph): string[] {
  const faults: string[] = [];
  for (const [path, imports] of graph) {
    const from = layerOf(path);
    if (from === undefined) faults.push(`${path} belongs to no layer`);
    for (const imported of imports) {
      if (isNodeImport(imported)) {
        if (ANYWHERE.test(path)) faults.push(`${path} imports ${imported}, but must run without Node`);
      } else if (/^(src|shaders)\//.test(imported)) {
        const to = layerOf(imported);
        if (!graph.has(imported)) faults.push(`${path} imports ${imported}, which does not exist`);
        else if (from && to && to.rank > from.rank)
          faults.push(`${path} imports ${imported}, a higher layer`);
        else if (from && to && to.rank === from.rank && to.part !== from.part) {
          faults.push(`${path} imports ${imported}, a layer beside its own`);
        }
      }
    }
  }
  return faults;
}

/** Node's modules, and the package that is a native addon. */
export function isNodeImport(imported: string): boolean {
  return isBuiltin(imported) || imported === 'webgpu';
}

function layerOf(path: string): { rank: number; part: number } | undefined {
  for (const [rank, parts] of LAYERS.entries()) {
    const part = parts.findIndex((pattern) => pattern.test(path));
    if (part >= 0) return { rank, part };
  }
  return undefined;
}
