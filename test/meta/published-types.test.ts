// Every type that the exported functions, classes and types of the package name is exported too, so that a user can
// write it down; and the published types reach neither a validator nor Node's types. The check sees a type that is missing.
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const dist = fileURLToPath(new URL('../../dist/src/', import.meta.url));
const ENTRIES = ['node.d.ts', 'internals.d.ts'].map((name) => dist + name);

/** Types that one passes on without looking into them. */
const OPAQUE: Readonly<Record<string, string>> = {
  BufferScope: 'the buffers of a factor',
  Constants: 'the constants of a shader',
  FactorParts: 'the buffers of a factor',
  HostedImages: 'files of images, on the disk or dropped on a page, which ImageFiles is',
  Preconditioner: 'the factor that refines a solution',
  Program: 'a compiled shader',
  ShaderContract: 'a shader of this package',
  Variant: 'a shader with its constants',
  Weights: 'the spread of weights and biases, which a layer spells out',
};

const options: ts.CompilerOptions = {
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  target: ts.ScriptTarget.ES2022,
  types: [],
  strict: true,
  noEmit: true,
};
const program = ts.createProgram(ENTRIES, options);
const checker = program.getTypeChecker();

function resolved(symbol: ts.Symbol): ts.Symbol {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

function exportsOf(entries: readonly string[]): Set<ts.Symbol> {
  const modules = entries.map((entry) => checker.getSymbolAtLocation(program.getSourceFile(entry)!)!);
  return new Set(modules.flatMap((module) => checker.getExportsOfModule(module).map(resolved)));
}

/** The package's own types that the declarations of these exports name without being among them. */
function missingTypes(exported: ReadonlySet<ts.Symbol>): string[] {
  const missing = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isTypeReferenceNode(node) || ts.isExpressionWithTypeArguments(node)) {
      const name = ts.isTypeReferenceNode(node) ? node.typeName : node.expression;
      const symbol = checker.getSymbolAtLocation(name);
      const type = symbol && resolved(symbol);
      const file = type?.declarations?.[0].getSourceFile().fileName ?? '';
      const isOwn = file.startsWith(dist.slice(0, -'src/'.length)) && !file.endsWith('global-types.d.ts');
      if (type && isOwn && !exported.has(type) && !(type.flags & ts.SymbolFlags.TypeParameter))
        missing.add(type.name);
    }
    ts.forEachChild(node, visit);
  };
  for (const symbol of exported) symbol.declarations?.forEach(visit);
  return [...missing].sort();
}

test('the published types compile by themselves, and reach no other package', () => {
  expect(ts.getPreEmitDiagnostics(program).map(({ messageText }) => messageText)).toEqual([]);
  const files = program.getSourceFiles().map(({ fileName }) => fileName);
  expect(files).toContain(ENTRIES[0]);
  expect(files.filter((file) => !file.startsWith(dist.slice(0, -'src/'.length)))).toEqual(
    files.filter((file) => file.includes('/typescript/lib/')),
  );
});

test('what signatures name is exported', () => {
  expect(missingTypes(exportsOf(ENTRIES))).toEqual(Object.keys(OPAQUE));
});

test('the check sees a type that is not exported', () => {
  const all = exportsOf(ENTRIES);
  const kept = new Set([...all].filter(({ name }) => name !== 'StoreTask' && name !== 'ImageStack'));
  expect(missingTypes(kept)).toEqual(expect.arrayContaining(['ImageStack', 'StoreTask']));
});
