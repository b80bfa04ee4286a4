import type typescript from 'typescript';
import { join } from 'node:path';

type Compiler = typeof typescript;
const parsed = new Map<string, typescript.SourceFile | undefined>();

/**
 * What a TypeScript compiler says of `text`, the file use.ts in `folder`: one line per fault, none if it compiles. The
 * libraries of the compiler are parsed once for all calls.
 */
export function compile(
  ts: Compiler,
  folder: string,
  text: string,
  options: Readonly<Record<string, unknown>>,
): string[] {
  const use = join(folder, 'use.ts');
  const { options: parsedOptions, errors } = ts.convertCompilerOptionsFromJson(
    { noEmit: true, strict: true, target: 'es2022', types: [], ...options },
    folder,
  );
  const host = ts.createCompilerHost(parsedOptions);
  const readFile = host.getSourceFile.bind(host);
  host.getCurrentDirectory = () => folder;
  host.getSourceFile = (name, language, ...rest) => {
    if (name === use) return ts.createSourceFile(name, text, language, true);
    if (!/\/lib\.[\w.]*d\.ts$/.test(name)) return readFile(name, language, ...rest);
    const key = `${ts.version} ${name}`;
    if (!parsed.has(key)) parsed.set(key, readFile(name, language, ...rest));
    return parsed.get(key);
  };
  const program = ts.createProgram([use], parsedOptions, host);
  return [...errors, ...ts.getPreEmitDiagnostics(program)].map(({ file, start, messageText }) => {
    const line = file && start !== undefined ? file.getLineAndCharacterOfPosition(start).line + 1 : 0;
    return `${file?.fileName ?? 'options'}:${line} ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
  });
}
