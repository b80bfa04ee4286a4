// A name stands for one thing: no two modules export the same one, besides those that every shader has by design; and the
// check sees a name that is given twice.
import { readImportGraph } from './import-graph.js';
import { exportsOf, sharedNames } from './exported-names.js';

const modules = new Map([...readImportGraph('src', 'shaders').keys()].map((path) => [path, exportsOf(path)]));

/** What the modules of shaders export under one name, and why. */
const EVERY_SHADER: Readonly<Record<string, string>> = {
  contract: 'the engine, the checks and the tests read it from each module alike',
  variants: 'the compilation of every shader reads them from each module alike',
  mirror: 'tests import it beside the contract that it mirrors',
  workgroups: 'the launch of a shader of the solver, imported beside its contract',
  wgsl: 'the linked text of a shader, which its contract takes',
  CHAINS: 'a constant that the WGSL beside it imports under this name',
  UNROLL: 'a constant that the WGSL beside it imports under this name',
};

/** What the program itself builds on, and what gives it out to users after a look at their arguments. */
const isChecked = (paths: readonly string[]) =>
  paths.filter((path) => path.startsWith('src/library/')).length === 1 && paths.length === 2;

test('there is something to check', () => {
  expect([...modules.values()].flat().length).toBeGreaterThan(500);
});

test('no two modules of the program export one name', () => {
  const shared = [...sharedNames(modules)].filter(
    ([name, paths]) =>
      !isChecked(paths) && !(name in EVERY_SHADER && paths.every((path) => path.startsWith('shaders/'))),
  );
  expect(shared).toEqual([]);
});

test('each exception is still needed', () => {
  const shared = sharedNames(modules);
  expect(Object.keys(EVERY_SHADER).filter((name) => !shared.has(name))).toEqual([]);
});

test('the check sees every kind of declaration, and counts a type beside its value once', () => {
  const one = exportsOf(
    'one.ts',
    `/** Says what. */
    export interface Plan {}
    export const [first, { second }] = make(), third = 3;
    export const Plan = v.object({});
    export async function run(): Promise<void> {}
    export class Kept {}
    export type { Other } from './other.js';
    const hidden = 1;`,
  );
  expect(one).toEqual([
    { name: 'Plan', comment: 'Says what.' },
    ...['first', 'second', 'third', 'Plan', 'run', 'Kept'].map((name) => ({ name, comment: '' })),
  ]);
  const two = exportsOf('two.ts', 'export type Plan = number; export function second() {}');
  expect(sharedNames(new Map([['one.ts', one]]))).toEqual(new Map());
  const both = new Map([
    ['one.ts', one],
    ['two.ts', two],
  ]);
  expect(sharedNames(both)).toEqual(
    new Map([
      ['Plan', ['one.ts', 'two.ts']],
      ['second', ['one.ts', 'two.ts']],
    ]),
  );
});

test('a file called plan, run or report lies in a folder that tells of what', () => {
  const telling = /^src\/(network|commands(\/paper)?|paper\/[a-z0-9]+)\/(plan|run|report)\.ts$/;
  const vague = [...modules.keys()].filter((path) => /\/(plan|run|report)\.ts$/.test(path));
  expect(vague.filter((path) => !telling.test(path))).toEqual([]);
});
