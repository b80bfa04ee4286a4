// Every file of tests says in its first lines what it establishes, and doc comments are sentences that have a
// subject and no fragments; the check sees a file and a comment that do not.
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
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

/**
 * The descriptions of the doc comments of a module that are fragments: they begin with a word that leans on something
 * before it, as "Of the run." under `channels` does, and so have no subject.
 */
function fragments(text: string): string[] {
  const comments = [...text.matchAll(/\/\*\*((?:[^*]|\*(?!\/))*)\*\//g)].map(
    ([, inside]) =>
      inside
        .replaceAll(/^\s*\* ?/gm, '')
        .trim()
        .split(/(?:^|\s)@(?:param|returns|throws)\b/)[0],
  );
  return comments.filter((comment) =>
    /^(?:Of|As|From|Into|Such as|By default|In place|Not later|When\.)(?!\w)/.test(comment),
  );
}

const tests = readdirSync(join(root, 'test'), { recursive: true })
  .map((entry) => posix.join('test', String(entry).replaceAll('\\', '/')))
  .filter((path) => path.endsWith('.test.ts'));

test('every file of tests says what it establishes', () => {
  expect(tests.length).toBeGreaterThan(100);
  expect(tests.filter((path) => !establishes(readFileSync(join(root, path), 'utf8')))).toEqual([]);
});

test('no doc comment is a fragment', () => {
  const faults = [...readImportGraph('src', 'shaders').keys()].flatMap((path) =>
    fragments(readFileSync(join(root, path), 'utf8')).map((comment) => `${path}: ${comment}`),
  );
  expect(faults).toEqual([]);
});

test('the check sees what says nothing', () => {
  expect(establishes("import { a } from './a.js';\n// Sums are right, whatever their order.\n")).toBe(false);
  expect(establishes('// Sums.\ntest();\n')).toBe(false);
  expect(establishes('// Sums are right,\n// whatever their order.\ntest();\n')).toBe(true);
  expect(
    fragments('/** Of the run. */\n/** When. */\n/**\n * In place.\n *\n * @param a Of b.\n */'),
  ).toHaveLength(3);
  expect(fragments('/** The channels of the run. */\n/** When the run ended. */\n// Of no one.')).toEqual([]);
});
