import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A declaration that a module exports, with its comment. */
export interface Exported {
  readonly name: string;
  /** The comment before it without its stars; empty if there is none. */
  readonly comment: string;
}

/** What this module of the repository declares and exports; what it passes on from others does not count. */
export function exportsOf(path: string, text = readFileSync(join(root, path), 'utf8')): Exported[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  return source.statements.flatMap((statement) => {
    if (!ts.canHaveModifiers(statement)) return [];
    const modifiers = ts.getModifiers(statement) ?? [];
    if (!modifiers.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) return [];
    const comment = ts
      .getJSDocCommentsAndTags(statement)
      .filter(ts.isJSDoc)
      .map((doc) => doc.getText().replaceAll(/^\/\*\*\s*|\s*\*\/$|^\s*\*(?: |$)/gm, ''))
      .join('\n');
    return namesOf(statement).map((name) => ({ name, comment }));
  });
}

function namesOf(statement: ts.Statement): string[] {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.flatMap(({ name }) => boundNames(name));
  }
  const { name } = statement as unknown as { readonly name?: ts.Node };
  return name !== undefined && ts.isIdentifier(name) ? [name.text] : [];
}

function boundNames(name: ts.BindingName): string[] {
  if (ts.isIdentifier(name)) return [name.text];
  return name.elements.flatMap((element) => (ts.isBindingElement(element) ? boundNames(element.name) : []));
}

/** The names that several of the modules export, with where; overloads and a type beside its value in one module count once. */
export function sharedNames(modules: ReadonlyMap<string, readonly Exported[]>): Map<string, string[]> {
  const places = new Map<string, string[]>();
  for (const [path, exported] of modules) {
    for (const name of new Set(exported.map((one) => one.name))) {
      places.set(name, [...(places.get(name) ?? []), path]);
    }
  }
  return new Map([...places].filter(([, paths]) => paths.length > 1));
}
