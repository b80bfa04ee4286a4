import type { ShaderContract } from '../../shaders/contract.js';

/** A shader's text by its path in `shaders/`. */
export type ShaderTexts = Readonly<Record<string, string>>;

/** Where the WGSL of `contract` and the contract disagree, one line each. */
export function shaderFaults(
  contract: ShaderContract,
  variants: readonly Readonly<Record<string, number>>[],
  texts: ShaderTexts,
): string[] {
  const path = `${contract.name}.wgsl`;
  // Shaders of one family share bindings and parameters.
  const text = withoutComments(
    linkedFiles(path, texts)
      .map((file) => texts[file])
      .join('\n'),
  );
  const faults: string[] = [];
  const compare = (what: string, inWgsl: readonly string[], inContract: readonly string[]) => {
    const [wgsl, contracted] = [inWgsl.join(', '), inContract.join(', ')];
    if (wgsl !== contracted) faults.push(`${what}: WGSL has [${wgsl}], the contract [${contracted}]`);
  };

  const params = Object.entries(contract.params).map(([name, type]) => `${name}: ${type}`);
  const bindings = contract.bindings.map(({ name, access }, index) => `${index} ${access} ${name}`);
  if (params.length > 0) bindings.push(`${bindings.length} uniform params`);
  compare('bindings', bindingsOf(text), bindings);
  compare('params', paramsOf(text), params);

  const constants = [...contract.constants].sort();
  compare('constants', [...constantsOf(path, texts)].sort(), constants);
  if (variants.length === 0) faults.push('variants: none');
  for (const variant of variants) compare('constants of a variant', Object.keys(variant).sort(), constants);

  if (!/@compute\s+@workgroup_size\([^)]*\)\s+fn\s+main\b/.test(text))
    faults.push('no @compute entry point main');
  return faults;
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[^]*?\*\//g, ' ').replace(/\/\/.*/g, ' ');
}

const ACCESS: Readonly<Partial<Record<string, string>>> = {
  storage: 'read',
  'storage,read': 'read',
  'storage,read_write': 'read_write',
  uniform: 'uniform',
};

/** `binding access name`, in the order of the bindings' numbers. */
function bindingsOf(text: string): string[] {
  const found = [
    ...text.matchAll(
      /@group\((\d+)\)\s*@binding\((\d+)\)\s*var(?:<([^>]*)>)?\s*(\w+)(?:\s*:\s*texture_2d<f32>)?/g,
    ),
  ];
  return found
    .sort(([, , a], [, , b]) => Number(a) - Number(b))
    .map(([declaration, group, binding, space = '', name]) => {
      const stored = ACCESS[space.replace(/\s/g, '')] ?? `<${space}>`;
      const access = declaration.endsWith('texture_2d<f32>') ? 'sampled' : stored;
      return `${group === '0' ? '' : `group ${group} `}${binding} ${access} ${name}`;
    });
}

/** `name: type` of the fields of `struct Params`, in order. */
function paramsOf(text: string): string[] {
  const body = /struct\s+Params\s*\{([^}]*)\}/.exec(text)?.[1] ?? '';
  return [...body.matchAll(/(\w+)\s*:\s*([\w<>]+)/g)].map(([, name, type]) => `${name}: ${type}`);
}

/** The constants that a file imports, itself or through the files that it imports. */
function constantsOf(path: string, texts: ShaderTexts): Set<string> {
  const imports = linkedFiles(path, texts).flatMap((file) => importsOf(texts[file]));
  return new Set(imports.filter(([from]) => from === 'constants').map(([, name]) => name));
}

/** A file and those that it imports, itself or through others. */
export function linkedFiles(path: string, texts: ShaderTexts): string[] {
  const files = new Set([path]);
  // What is added on the way is visited too.
  for (const file of files) {
    for (const imported of importsOf(texts[file])) {
      // package::shared::plane::link: the file is all but the first and the last part.
      if (imported[0] !== 'constants') files.add(`${imported.slice(1, -1).join('/')}.wgsl`);
    }
  }
  return [...files];
}

/** Imports as lists of parts; `import a::b::{c, d};` is two. */
function importsOf(text: string): string[][] {
  return [...withoutComments(text).matchAll(/^\s*import\s+([^;{]+)(?:\{([^}]*)\})?\s*;/gm)].flatMap(
    (match) => {
      const [prefix, group] = match.slice(1).map((part: string | undefined) => part?.replace(/\s/g, ''));
      const ends = group?.split(',').filter(Boolean) ?? [''];
      return ends.map((end) => `${prefix}${end}`.split('::'));
    },
  );
}
