// Every file of tests says in its first lines what it establishes, and exported declarations are described by sentences that
// have a subject and not by fragments; the check sees a file and a comment that do not.
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { exportsOf } from './exported-names.js';
import { readImportGraph } from './import-graph.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What stands in the comment at the head of a file; undefined if it begins with something else. */
function headOf(text: string): string | undefined {
  const lines = /^(?:\/\/.*\n)+/.exec(text)?.[0];
  return lines?.replaceAll(/^\/\/ ?/gm, '').trim();
}

/** Whether a test's head says something: a sentence that begins as one, ends as one, and has some words. */
function establishes(text: string): boolean {
  const head = headOf(text) ?? '';
  return /[.:;]$/.test(head) && head.split(/\s+/).length >= 5;
}

/** What is wrong with a doc comment; undefined if it can be read. */
function fragment(comment: string): string | undefined {
  const words = comment.replace(/^\*\s*/, '').split(/\s+/);
  return /^(?:Of|When|In place|As|For|From|With)\b[^.]{0,20}\.?$/.test(words.join(' ')) ? comment : undefined;
}

const tests = readdirSync(join(root, 'test'), { recursive: true })
  .map((entry) => posix.join('test', String(entry).replaceAll('\\', '/')))
  .filter((path) => path.endsWith('.test.ts'));

test('every file of tests says what it establishes', () => {
  expect(tests.length).toBeGreaterThan(100);
  expect(tests.filter((path) => !establishes(readFileSync(join(root, path), 'utf8')))).toEqual([]);
});

test('no exported declaration is described by a fragment', () => {
  const faults = [...readImportGraph('src', 'shaders').keys()].flatMap((path) =>
    exportsOf(path)
      .filter(({ comment }) => fragment(comment) !== undefined)
      .map(({ name }) => `${path}: ${name}`),
  );
  expect(faults).toEqual([]);
});

test('the check sees what says nothing', () => {
  expect(establishes("import { a } from './a.js';\n// Sums are right, whatever their order.\n")).toBe(false);
  expect(establishes('// Sums.\ntest();\n')).toBe(false);
  expect(establishes('// Sums are right,\n// whatever their order.\ntest();\n')).toBe(true);
  expect(['Of the run.', 'When.', 'In place.', 'As `solve`'].filter((text) => !fragment(text))).toEqual([]);
  expect(fragment('When the tile was finished, by the clock of its file system.')).toBeUndefined();
});
