// Plan: no regular expression of the program can take more than linear time, whatever the text: eslint.config.js says
// so by two rules, which are on for every source file, and which find the pattern that once took minutes over 30 digits.
import { readFileSync } from 'node:fs';
import { ESLint, Linter } from 'eslint';
import { parser } from 'typescript-eslint';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readImportGraph } from './import-graph.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const RULES = ['regexp/no-super-linear-backtracking', 'regexp/no-super-linear-move'];

/** The rules about regular expressions that hold for this file, and the plugin that has them. */
async function rulesFor(file: string) {
  const config = (await new ESLint({ cwd: root }).calculateConfigForFile(join(root, file))) as Linter.Config;
  const rules = Object.fromEntries(RULES.map((name) => [name, config.rules?.[name]]));
  return { rules, plugins: { regexp: config.plugins!.regexp } } as Linter.Config & { rules: object };
}

test('no pattern of a source file breaks them', async () => {
  const { rules, plugins } = await rulesFor('src/cli.ts');
  const lint = new ESLint({
    cwd: root,
    overrideConfigFile: true,
    allowInlineConfig: false,
    overrideConfig: [{ files: ['**/*.ts'], languageOptions: { parser }, plugins, rules }],
  });
  // A slash where an expression begins, that begins no comment: the others hold no pattern, and parsing takes time.
  const files = [...readImportGraph('src', 'shaders').keys()].filter((file) =>
    /[=([{,:;!&|?>]\s*\/(?![/*])|RegExp/.test(readFileSync(join(root, file), 'utf8')),
  );
  expect(files).toEqual(expect.arrayContaining(['src/data/open-labels.ts', 'src/commands/options/usage.ts']));
  const results = await lint.lintFiles(files);
  expect(
    results.flatMap(({ filePath, messages }) =>
      messages.map(({ line, message }) => `${filePath}:${line}: ${message}`),
    ),
  ).toEqual([]);
}, 300_000);

test.each(['src/data/npy-header.ts', 'src/cli.ts', 'shaders/planes.ts'])(
  'the rules hold for %s',
  async (file) => {
    const { rules } = await rulesFor(file);
    for (const name of RULES) expect(rules[name as never]).toEqual([2, { report: 'potential' }]);
  },
);

test.each([
  [String.raw`/['"]shape['"]\s*:\s*\(\s*((?:\d+L?\s*,?\s*)*)\)/.exec(header)`, 1],
  [String.raw`text.replace(/[/\\]+$/, '')`, 1],
  [String.raw`/^(?:\d+,)*$/.test(header)`, 0],
])('they judge %s', async (code, faults) => {
  const config = await rulesFor('src/cli.ts');
  const messages = new Linter().verify(code, { ...config, languageOptions: { ecmaVersion: 2024 } });
  expect(messages.length > 0).toBe(faults > 0);
  for (const { ruleId } of messages) expect(RULES).toContain(ruleId);
});
