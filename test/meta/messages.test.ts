// What the library says names no option of the command line, which a program does not have: the commands add their own.
// The check sees one in each kind of text.
import { readFileSync } from 'node:fs';
import ts from 'typescript';
import { readImportGraph } from './import-graph.js';

/** What only the command line says, and files that are command lines themselves. */
const COMMAND_LINE = /^src\/(commands|paper|demo|bench|web|cluster\/slurm|cli\.ts)/;

/** The texts of a module that name an option, as `--out`. */
function optionsIn(path: string, text = readFileSync(path, 'utf8')): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const isText =
      ts.isStringLiteralLike(node) ||
      ts.isTemplateHead(node) ||
      ts.isTemplateMiddle(node) ||
      ts.isTemplateTail(node);
    if (isText && /(^|[^\w-])--[a-z]|\bcntk [a-z]/.test(node.text)) found.push(`${path}: ${node.text}`);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true));
  return found;
}

test('no text of the library names an option of the command line, or a command', () => {
  const library = [...readImportGraph('src').keys()].filter((path) => !COMMAND_LINE.test(path));
  expect(library.length).toBeGreaterThan(150);
  expect(library.flatMap((path) => optionsIn(path))).toEqual([]);
});

test('the check sees options and commands', () => {
  const text =
    "const a = `use --ridge ${1} (--out)`; // --comment\nconst b = 'cntk kernel makes one', c = d--;";
  expect(optionsIn('a.ts', text)).toEqual([
    'a.ts: use --ridge ',
    'a.ts:  (--out)',
    'a.ts: cntk kernel makes one',
  ]);
});
